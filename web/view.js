// Points on a ball that turns: WebGL 2 where there is one, else a plain canvas.

import { GlPainter } from '/web/shaders.js';

const DEGREE = Math.PI / 180;
/** Radians a second, of a ball that nobody touches. */
const IDLE_TURN = 6 * DEGREE;
const START = { longitude: 30 * DEGREE, latitude: 25 * DEGREE, zoom: 1 };
const FLAT = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class View {
  #canvas;
  #painter;
  #points = new Float32Array();
  #columns = 3;
  #at = { ...START };
  #turns = false;
  #told;
  #last = 0;
  #asked = false;

  /** `told` hears whether the ball turns by itself. */
  constructor(canvas, told) {
    this.#told = told;
    [this.#canvas, this.#painter] = painterFor(canvas);
    new ResizeObserver(() => this.#ask()).observe(this.#canvas);
    this.#listen();
    const still = matchMedia('(prefers-reduced-motion: reduce)');
    still.addEventListener('change', () => { this.turns = !still.matches; });
    this.turns = !still.matches;
  }

  get turns() {
    return this.#turns;
  }

  set turns(value) {
    this.#turns = value;
    this.#told(value);
    this.#ask();
  }

  /** Shows these rows of x, y, z, or of x, y in the disk. */
  show(points, columns) {
    this.#points = points;
    this.#columns = columns;
    this.#painter.load(points, columns);
    this.#ask();
  }

  /** Looks from where it looked at first. */
  reset() {
    this.#at = { ...START };
    this.#ask();
  }

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame((now) => this.#draw(now));
  }

  #draw(now) {
    this.#asked = false;
    const canvas = this.#canvas;
    const isFlat = this.#columns === 2;
    const moves = this.#turns && !isFlat;
    // A tab that comes back after an hour does not jump.
    if (moves) this.#at.longitude -= IDLE_TURN * Math.min(0.1, (now - this.#last) / 1000);
    this.#last = now;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.max(1, Math.round(side * ratio)));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const radius = 0.48 * Math.min(width, height) * this.#at.zoom;
    const turn = isFlat ? FLAT : towards(this.#at);
    const count = this.#points.length / this.#columns;
    this.#painter.paint({ width, height, radius, turn, isFlat, count, size: dotSize(count, radius, isFlat, ratio) });
    if (moves) this.#ask();
  }

  #move(right, up) {
    const at = this.#at;
    at.longitude -= right;
    at.latitude = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, at.latitude + up));
    this.turns = false;
  }

  #scale(factor) {
    this.#at.zoom = Math.max(0.5, Math.min(20, this.#at.zoom * factor));
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
        // What is under the finger at the middle of the ball stays under it.
        const step = 2 / (0.96 * Math.min(canvas.clientWidth, canvas.clientHeight) * this.#at.zoom);
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
    canvas.addEventListener('keydown', (event) => {
      // Control and plus is the browser's own zoom.
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = ARROWS[event.key];
      if (step) this.#move(step[0] * 5 * DEGREE, step[1] * 5 * DEGREE);
      else if ('+=-'.includes(event.key)) this.#scale(event.key === '-' ? 1 / 1.2 : 1.2);
      else if (event.key === ' ') this.turns = !this.turns;
      else return;
      event.preventDefault();
    });
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => {
      this.#painter = new GlPainter(canvas.getContext('webgl2'));
      this.#painter.load(this.#points, this.#columns);
      this.#ask();
    });
  }
}

/** A canvas and what paints on it. */
function painterFor(canvas) {
  const gl = canvas.getContext('webgl2', { antialias: false, premultipliedAlpha: true });
  if (!gl) return [canvas, new PlainPainter(canvas.getContext('2d'))];
  try {
    return [canvas, new GlPainter(gl)];
  } catch (error) {
    console.warn(`No WebGL picture: ${error.message}`);
    // A canvas has one kind of context in its life.
    const other = canvas.cloneNode(true);
    canvas.replaceWith(other);
    return [other, new PlainPainter(other.getContext('2d'))];
  }
}

/** Rows: the viewer's right, up and towards, for who looks from this longitude and latitude. */
function towards({ longitude, latitude }) {
  const [sl, cl] = [Math.sin(longitude), Math.cos(longitude)];
  const [sb, cb] = [Math.sin(latitude), Math.cos(latitude)];
  return [-sl, cl, 0, -sb * cl, -sb * sl, cb, cb * cl, cb * sl, sb];
}

/** The width of a dot in pixels: large enough to see, small enough to see apart. */
function dotSize(count, radius, isFlat, ratio) {
  const share = isFlat ? 0.09 : 0.36;
  return Math.max(1.6, Math.min(14 * ratio, 2 * radius * Math.sqrt(share / Math.max(1, count))));
}

/** Without a graphics card: the same picture with square dots and no lines. */
class PlainPainter {
  #context;
  #points = new Float32Array();
  #columns = 3;

  constructor(context) {
    this.#context = context;
  }

  load(points, columns) {
    this.#points = points;
    this.#columns = columns;
  }

  paint({ width, height, radius, turn, isFlat, size }) {
    const context = this.#context;
    const [x, y] = [width / 2, height / 2];
    const shade = context.createRadialGradient(x - 0.38 * radius, y - 0.52 * radius, 0, x - 0.38 * radius, y - 0.52 * radius, 1.75 * radius);
    for (const [stop, colour] of [[0, '#dde6ef'], [0.5, '#c3cfdc'], [1, '#8296b0']]) {
      shade.addColorStop(isFlat ? 0 : stop, colour);
    }
    context.clearRect(0, 0, width, height);
    context.fillStyle = isFlat ? '#dde6ef' : shade;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    this.#dots(width, height, radius, turn, Math.max(1, Math.round(size)));
  }

  // Straight into the pixels: a million calls to fill a square would take seconds.
  #dots(width, height, radius, turn, size) {
    const image = this.#context.getImageData(0, 0, width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const [points, columns] = [this.#points, this.#columns];
    const red = 0xff2733bf;
    for (let i = 0; i < points.length; i += columns) {
      const [px, py, pz] = [points[i], points[i + 1], columns === 3 ? points[i + 2] : 0];
      if (turn[6] * px + turn[7] * py + turn[8] * pz < 0) continue;
      const right = turn[0] * px + turn[1] * py + turn[2] * pz;
      const up = turn[3] * px + turn[4] * py + turn[5] * pz;
      const left = Math.round(width / 2 + radius * right - size / 2);
      const top = Math.round(height / 2 - radius * up - size / 2);
      for (let row = Math.max(0, top); row < Math.min(height, top + size); row += 1) {
        pixels.fill(red, row * width + Math.min(width, Math.max(0, left)), row * width + Math.max(0, Math.min(width, left + size)));
      }
    }
    this.#context.putImageData(image, 0, 0);
  }
}
