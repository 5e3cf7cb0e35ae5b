// Points on a ball that turns: WebGL 2 where there is one, else a plain canvas with fewer of them.

import { ballFragment, ballVertex, dotFragment, dotVertex } from '/web/shaders.js';

const DEGREE = Math.PI / 180;
/** Radians a second, of a ball that nobody touches. */
const IDLE_TURN = 6 * DEGREE;
const FALLBACK_POINTS = 20_000;

export class View {
  #canvas;
  #painter;
  #points = new Float32Array();
  #columns = 3;
  #longitude = 30 * DEGREE;
  #latitude = 25 * DEGREE;
  #zoom = 1;
  #turns = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  #last = 0;
  #asked = false;

  constructor(canvas) {
    this.#canvas = canvas;
    const gl = canvas.getContext('webgl2', { antialias: false, premultipliedAlpha: true });
    this.#painter = gl ? new GlPainter(gl) : new PlainPainter(canvas.getContext('2d'));
    new ResizeObserver(() => this.#ask()).observe(canvas);
    this.#listen();
  }

  /** Shows these rows of x, y, z, or of x, y in the disk. */
  show(points, columns) {
    this.#points = points;
    this.#columns = columns;
    this.#painter.load(points, columns);
    this.#ask();
  }

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame((now) => this.#draw(now));
  }

  #draw(now) {
    this.#asked = false;
    const isFlat = this.#columns === 2;
    if (this.#turns && !isFlat) {
      this.#longitude -= IDLE_TURN * Math.min(0.1, (now - this.#last) / 1000);
    }
    this.#last = now;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [this.#canvas.clientWidth, this.#canvas.clientHeight].map((side) => Math.max(1, Math.round(side * ratio)));
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      Object.assign(this.#canvas, { width, height });
    }
    const radius = 0.47 * Math.min(width, height) * this.#zoom;
    const turn = isFlat ? [1, 0, 0, 0, 1, 0, 0, 0, 1] : this.#turn();
    const count = this.#points.length / this.#columns;
    this.#painter.paint({ width, height, radius, turn, isFlat, count, size: dotSize(count, radius, isFlat) });
    if (this.#turns && !isFlat) this.#ask();
  }

  /** Rows: the viewer's right, up and towards, for who looks from this longitude and latitude. */
  #turn() {
    const [sl, cl] = [Math.sin(this.#longitude), Math.cos(this.#longitude)];
    const [sb, cb] = [Math.sin(this.#latitude), Math.cos(this.#latitude)];
    return [-sl, cl, 0, -sb * cl, -sb * sl, cb, cb * cl, cb * sl, sb];
  }

  #move(right, up) {
    this.#turns = false;
    this.#longitude -= right;
    this.#latitude = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, this.#latitude + up));
    this.#ask();
  }

  #scale(factor) {
    this.#zoom = Math.max(0.5, Math.min(20, this.#zoom * factor));
    this.#ask();
  }

  #listen() {
    const canvas = this.#canvas;
    const held = new Map();
    const spread = () => {
      const [a, b] = [...held.values()];
      return Math.hypot(a.x - b.x, a.y - b.y);
    };
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      held.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    canvas.addEventListener('pointermove', (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      const wide = held.size === 2 ? spread() : 0;
      held.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (held.size === 2) {
        this.#scale(spread() / Math.max(1, wide));
      } else {
        const step = 2 / (Math.min(canvas.clientWidth, canvas.clientHeight) * this.#zoom);
        this.#move((event.clientX - before.x) * step, (event.clientY - before.y) * step);
      }
    });
    for (const end of ['pointerup', 'pointercancel']) {
      canvas.addEventListener(end, (event) => held.delete(event.pointerId));
    }
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.#scale(Math.exp(-event.deltaY / 500));
    }, { passive: false });
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    canvas.addEventListener('keydown', (event) => {
      const step = steps[event.key];
      if (step) this.#move(step[0] * 5 * DEGREE, step[1] * 5 * DEGREE);
      else if (event.key === '+' || event.key === '-') this.#scale(event.key === '+' ? 1.2 : 1 / 1.2);
      else return;
      event.preventDefault();
    });
  }
}

/** The width of a dot in pixels: large enough to see, small enough to see apart. */
function dotSize(count, radius, isFlat) {
  const share = isFlat ? 0.09 : 0.36;
  return Math.max(1.6, Math.min(14, 2 * radius * Math.sqrt(share / Math.max(1, count))));
}

class GlPainter {
  #gl;
  #ball;
  #dots;
  #corners;
  #buffer;
  #columns = 3;

  constructor(gl) {
    this.#gl = gl;
    this.#ball = program(gl, ballVertex, ballFragment);
    this.#dots = program(gl, dotVertex, dotFragment);
    this.#corners = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
    this.#buffer = gl.createBuffer();
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  load(points, columns) {
    const gl = this.#gl;
    this.#columns = columns;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    gl.bufferData(gl.ARRAY_BUFFER, points, gl.STATIC_DRAW);
  }

  paint({ width, height, radius, turn, isFlat, count, size }) {
    const gl = this.#gl;
    const scale = [2 * radius / width, 2 * radius / height];
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.#use(this.#ball, this.#corners, 'corner', 2, scale, turn, isFlat);
    gl.uniform1f(gl.getUniformLocation(this.#ball, 'pixel'), 1 / radius);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    if (count === 0) return;
    // Where there are more dots than pixels, each is faint: a density.
    const ink = count * size * size * (isFlat ? 1 : 0.25) / (4 * radius * radius);
    this.#use(this.#dots, this.#buffer, 'position', this.#columns, scale, turn, isFlat);
    gl.uniform1f(gl.getUniformLocation(this.#dots, 'size'), size);
    gl.uniform1f(gl.getUniformLocation(this.#dots, 'strength'), Math.min(1, 0.7 / ink));
    gl.drawArrays(gl.POINTS, 0, count);
  }

  #use(linked, buffer, attribute, columns, scale, turn, isFlat) {
    const gl = this.#gl;
    gl.useProgram(linked);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    const at = gl.getAttribLocation(linked, attribute);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, columns, gl.FLOAT, false, 0, 0);
    gl.uniform2fv(gl.getUniformLocation(linked, 'scale'), scale);
    gl.uniform1i(gl.getUniformLocation(linked, 'flat_disk'), isFlat ? 1 : 0);
    const columnsOfTurn = [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => turn[i]);
    gl.uniformMatrix3fv(gl.getUniformLocation(linked, 'turn'), false, columnsOfTurn);
  }
}

function program(gl, vertex, fragment) {
  const linked = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(linked, shader);
  }
  gl.linkProgram(linked);
  if (!gl.getProgramParameter(linked, gl.LINK_STATUS)) {
    throw new Error(`The picture cannot be drawn: ${gl.getProgramInfoLog(linked)}`);
  }
  return linked;
}

class PlainPainter {
  #context;
  #points = new Float32Array();
  #columns = 3;

  constructor(context) {
    this.#context = context;
  }

  load(points, columns) {
    this.#points = points.subarray(0, FALLBACK_POINTS * columns);
    this.#columns = columns;
  }

  paint({ width, height, radius, turn, size }) {
    const context = this.#context;
    context.clearRect(0, 0, width, height);
    context.fillStyle = '#ccd6e2';
    context.beginPath();
    context.arc(width / 2, height / 2, radius, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = '#bf3327';
    for (let i = 0; i < this.#points.length; i += this.#columns) {
      const [x, y, z] = [this.#points[i], this.#points[i + 1], this.#columns === 3 ? this.#points[i + 2] : 0];
      if (turn[6] * x + turn[7] * y + turn[8] * z < 0) continue;
      const [right, up] = [turn[0] * x + turn[1] * y + turn[2] * z, turn[3] * x + turn[4] * y + turn[5] * z];
      context.fillRect(width / 2 + radius * right - size / 2, height / 2 - radius * up - size / 2, size, size);
    }
  }
}
