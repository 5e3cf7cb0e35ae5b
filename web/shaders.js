// The ball and the dots. Positions are those of the sphere; `turn` takes them to the viewer's axes
// (right, up, towards the viewer).

const COLOURS = `
  const vec3 LIGHT = vec3(0.72, 0.79, 0.86);
  const vec3 SHADE = vec3(0.20, 0.28, 0.40);
  const vec3 LINE = vec3(0.16, 0.24, 0.36);
  const vec3 DOT = vec3(0.52, 0.035, 0.02);
  vec3 encode(vec3 light) {
    return mix(12.92 * light, 1.055 * pow(light, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, light));
  }`;

export const ballVertex = `#version 300 es
  in vec2 corner;
  uniform vec2 scale;
  out vec2 at;
  void main() {
    at = corner * 1.02;
    gl_Position = vec4(at * scale, 0.0, 1.0);
  }`;

export const ballFragment = `#version 300 es
  precision highp float;
  in vec2 at;
  uniform mat3 turn;
  uniform float pixel;
  uniform bool flat_disk;
  out vec4 colour;
  ${COLOURS}
  float line(float distance) {
    return 1.0 - smoothstep(0.6 * pixel, 1.6 * pixel, abs(distance));
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
      // A step in z is a step in latitude times its cosine.
      grid = max(line(p.z), max(line((abs(p.z) - 0.5) / 0.8660254), line((abs(p.z) - 0.8660254) / 0.5)));
      grid = max(grid, max(line(p.x), line(p.y)));
      if (abs(p.z) < 0.97) {
        grid = max(grid, max(line(0.5 * p.x - 0.8660254 * p.y), line(0.8660254 * p.x - 0.5 * p.y)));
        grid = max(grid, max(line(0.5 * p.x + 0.8660254 * p.y), line(0.8660254 * p.x + 0.5 * p.y)));
      }
    }
    colour = vec4(encode(mix(surface, LINE, 0.22 * grid)), 1.0) * inside;
  }`;

export const dotVertex = `#version 300 es
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

export const dotFragment = `#version 300 es
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
