// The ball and the dots in WebGL 2: two draw calls, whatever the number of points. Positions are
// those of the sphere; `turn` takes them to the viewer's axes (right, up, towards the viewer).

// In linear light, as lamps add; `encode` makes sRGB of them.
const COLOURS = `
  const vec3 LIGHT = vec3(0.72, 0.79, 0.86);
  const vec3 SHADE = vec3(0.20, 0.28, 0.40);
  const vec3 LINE = vec3(0.16, 0.24, 0.36);
  const vec3 DOT = vec3(0.52, 0.035, 0.02);
  vec3 encode(vec3 light) {
    return mix(12.92 * light, 1.055 * pow(light, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, light));
  }`;

const ballVertex = `#version 300 es
  in vec2 corner;
  uniform vec2 scale;
  out vec2 at;
  void main() {
    at = corner * 1.02;
    gl_Position = vec4(at * scale, 0.0, 1.0);
  }`;

const ballFragment = `#version 300 es
  precision highp float;
  in vec2 at;
  uniform mat3 turn;
  uniform float pixel;
  uniform bool flat_disk;
  out vec4 colour;
  ${COLOURS}
  float line(float distance) {
    return 1.0 - smoothstep(0.4 * pixel, 1.4 * pixel, abs(distance));
  }
  void main() {
    float radius = length(at);
    float inside = 1.0 - smoothstep(1.0 - pixel, 1.0 + pixel, radius);
    if (inside <= 0.0) discard;
    vec3 seen = vec3(at, sqrt(max(0.0, 1.0 - radius * radius)));
    vec3 surface = LIGHT;
    float grid = max(line(at.x), line(at.y)) * 0.5;
    if (!flat_disk) {
      float lit = max(0.0, 0.5 + 0.5 * dot(seen, vec3(-0.38, 0.52, 0.765)));
      surface = mix(SHADE, LIGHT, lit * lit);
      vec3 p = transpose(turn) * seen;
      // Circles every 30 degrees. A step in z is a step in latitude times its cosine.
      grid = max(line(p.z), max(line((abs(p.z) - 0.5) / 0.8660254), line((abs(p.z) - 0.8660254) / 0.5)));
      grid = max(grid, max(line(p.x), line(p.y)));
      if (abs(p.z) < 0.97) {
        grid = max(grid, max(line(0.5 * p.x - 0.8660254 * p.y), line(0.8660254 * p.x - 0.5 * p.y)));
        grid = max(grid, max(line(0.5 * p.x + 0.8660254 * p.y), line(0.8660254 * p.x + 0.5 * p.y)));
      }
    }
    colour = vec4(encode(mix(surface, LINE, 0.17 * grid)), 1.0) * inside;
  }`;

const dotVertex = `#version 300 es
  in vec3 position;
  uniform mat3 turn;
  uniform vec2 scale;
  uniform float size;
  out vec3 seen;
  void main() {
    seen = turn * position;
    // The far side is behind the ball: out of the picture.
    gl_Position = seen.z < 0.0 ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(seen.xy * scale, 0.0, 1.0);
    gl_PointSize = size + 2.0;
  }`;

const dotFragment = `#version 300 es
  precision highp float;
  in vec3 seen;
  uniform float size;
  uniform float strength;
  uniform bool flat_disk;
  out vec4 colour;
  ${COLOURS}
  void main() {
    vec2 offset = (gl_PointCoord - 0.5) * vec2(1.0, -1.0) * (size + 2.0);
    // Dots lie on the ball: towards the limb they are seen from the side.
    float from_middle = length(seen.xy);
    vec2 across = from_middle > 0.0 ? seen.xy / from_middle : vec2(1.0, 0.0);
    float along = dot(offset, across);
    float squeeze = flat_disk ? 1.0 : max(seen.z, min(1.0, 1.6 / size));
    float distance = length(offset - along * across + along * across / squeeze);
    float cover = 1.0 - smoothstep(0.5 * size - 0.7, 0.5 * size + 0.7, distance);
    // One that is drawn wider than it is seen is fainter instead.
    float shown = flat_disk ? 1.0 : max(seen.z, 0.0) / squeeze;
    colour = vec4(encode(DOT), 1.0) * cover * strength * shown;
  }`;

const CORNERS = new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]);

export class GlPainter {
  #gl;
  #ball;
  #dots;
  #corners;
  #buffer;
  #columns = 3;

  constructor(gl) {
    this.#gl = gl;
    this.#ball = new Program(gl, ballVertex, ballFragment);
    this.#dots = new Program(gl, dotVertex, dotFragment);
    this.#corners = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#corners);
    gl.bufferData(gl.ARRAY_BUFFER, CORNERS, gl.STATIC_DRAW);
    this.#buffer = gl.createBuffer();
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.clearColor(0, 0, 0, 0);
  }

  load(points, columns) {
    const gl = this.#gl;
    this.#columns = columns;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    gl.bufferData(gl.ARRAY_BUFFER, points, gl.STATIC_DRAW);
  }

  paint({ width, height, radius, turn, isFlat, count, size }) {
    const gl = this.#gl;
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const shared = { scale: [2 * radius / width, 2 * radius / height], turn, flat_disk: isFlat };
    this.#ball.use({ ...shared, pixel: 1 / radius });
    this.#ball.read('corner', this.#corners, 2);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    if (count === 0) return;
    // Where there are more dots than pixels, each is faint: a density.
    const ink = count * size * size * (isFlat ? 1 : 0.25) / (4 * radius * radius);
    this.#dots.use({ ...shared, size, strength: Math.min(1, 0.7 / ink) });
    this.#dots.read('position', this.#buffer, this.#columns);
    gl.drawArrays(gl.POINTS, 0, count);
  }
}

/** A linked program; looks its uniforms up once, since asking the driver is slow. */
class Program {
  #gl;
  #linked;
  #uniforms = new Map();

  constructor(gl, vertex, fragment) {
    this.#gl = gl;
    this.#linked = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(this.#linked, shader);
    }
    gl.linkProgram(this.#linked);
    if (!gl.getProgramParameter(this.#linked, gl.LINK_STATUS)) {
      throw new Error(gl.getProgramInfoLog(this.#linked) ?? 'the context is lost');
    }
    for (let i = 0; i < gl.getProgramParameter(this.#linked, gl.ACTIVE_UNIFORMS); i += 1) {
      const { name } = gl.getActiveUniform(this.#linked, i);
      this.#uniforms.set(name, gl.getUniformLocation(this.#linked, name));
    }
  }

  use(values) {
    const gl = this.#gl;
    gl.useProgram(this.#linked);
    for (const [name, value] of Object.entries(values)) {
      const at = this.#uniforms.get(name);
      if (!at) continue;
      if (typeof value === 'boolean') gl.uniform1i(at, Number(value));
      else if (typeof value === 'number') gl.uniform1f(at, value);
      else if (value.length === 2) gl.uniform2fv(at, value);
      // Rows here, columns there.
      else gl.uniformMatrix3fv(at, true, value);
    }
  }

  read(attribute, buffer, columns) {
    const gl = this.#gl;
    const at = gl.getAttribLocation(this.#linked, attribute);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, columns, gl.FLOAT, false, 0, 0);
  }
}
