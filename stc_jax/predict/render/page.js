'use strict';
// Draws the time line of one face, and keeps it and the video at the same time.
const data = JSON.parse(document.getElementById('data').textContent);
const [chart, lines, tip, legend] =
  ['chart', 'lines', 'tip', 'legend'].map((id) => document.getElementById(id));
const video = document.querySelector('video');
const LEFT = 46, RIGHT = 12, TOP = 12, STRIP = 14, BELOW = 26;
const starts = document.querySelectorAll('#events button');
const hidden = new Set();
let face = data.faces[0], span = data.seconds, now = 0, here = null;

const percent = (value) => value === null ? 'none' : Math.round(value / 10) + ' %';
const clock = (t) => t < 60 ? t.toFixed(2) + ' s'
  : Math.floor(t / 60) + ':' + (t % 60).toFixed(1).padStart(4, '0');
const deep = (colour) => `color-mix(in srgb, ${colour}, var(--deepen))`;

function shape(name, attributes, words) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (words !== undefined) made.textContent = words;
  return made;
}

// What a face shows at a time; null where it isn't there.
function at(seconds) {
  if (!face) return null;
  const place = Math.min(Math.floor(seconds / data.step), data.bins - 1) - face.first;
  if (place < 0 || place >= face.labels.length || !face.there[place]) return null;
  return {
    label: face.labels[place],
    values: face.values.map((column) => column[place]),
    motion: face.motion[place],
  };
}

function shown() {
  const first = Math.max(0, Math.min(now - span / 2, data.seconds - span));
  return [first, first + span];
}

function ticks(first, last, width) {
  const rough = (last - first) / Math.max(2, width / 90);
  const unit = [.1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200]
    .find((u) => u >= rough) || 3600;
  const found = [];
  for (let t = Math.ceil(first / unit) * unit; t <= last + 1e-9; t += unit) found.push(t);
  return found.map((t) => [t, unit < 1 ? t.toFixed(1) : t < 60 ? t.toFixed(0)
    : Math.floor(t / 60) + ':' + String(Math.round(t % 60)).padStart(2, '0')]);
}

function curve(column, x, y, from, to) {
  let path = '', pen = false;
  for (let place = from; place < to; place++) {
    const value = column[place];
    if (value === null) { pen = false; continue; }
    const point = `${x(place).toFixed(1)} ${y(value / 1000).toFixed(1)}`;
    path += pen ? 'L' + point : `M${point}L${point}`;
    pen = true;
  }
  return path;
}

function draw() {
  const width = lines.clientWidth, height = lines.clientHeight;
  lines.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const [first, last] = shown(), low = height - BELOW - STRIP;
  const ofTime = (t) => LEFT + (t - first) / (last - first) * (width - LEFT - RIGHT);
  const y = (value) => low - value * (low - TOP);
  const parts = [];
  for (const share of [0, .5, 1]) {
    parts.push(shape('line', {class: 'grid', x1: LEFT, x2: width - RIGHT,
      y1: y(share), y2: y(share)}));
    parts.push(shape('text', {x: LEFT - 6, y: y(share) + 4, 'text-anchor': 'end'},
      share * 100 + '%'));
  }
  for (const [t, words] of ticks(first, last, width)) {
    parts.push(shape('text', {x: ofTime(t), y: height - 7, 'text-anchor': 'middle'}, words));
  }
  if (face) {
    const x = (place) => ofTime((face.first + place + .5) * data.step);
    const from = Math.max(0, Math.floor(first / data.step) - face.first - 1);
    const to = Math.min(face.labels.length, Math.ceil(last / data.step) - face.first + 1);
    face.values.forEach((column, output) => {
      if (hidden.has(output)) return;
      parts.push(shape('path', {class: 'curve', d: curve(column, x, y, from, to),
        style: `stroke:${deep(data.colours[output])}`}));
    });
    for (let place = from; place < to;) {
      let stop = place;
      while (stop < to && face.labels[stop] === face.labels[place]) stop++;
      const output = data.names.indexOf(face.labels[place].split('+')[0]);
      const a = Math.max(LEFT, x(place - .5)), b = Math.min(width - RIGHT, x(stop - .5));
      if (output >= 0 && b > a) parts.push(shape('rect', {x: a, y: low + 5, height: 8,
        width: b - a, rx: 1, style: `fill:${deep(data.colours[output])}`}));
      place = stop;
    }
  }
  for (const [kind, t] of [['here', here], ['now', now]]) {
    if (t === null || t < first || t > last) continue;
    parts.push(shape('line', {class: kind, x1: ofTime(t), x2: ofTime(t), y1: TOP,
      y2: low + STRIP}));
  }
  lines.replaceChildren(...parts);
  tell();
}

// The legend's numbers, the events of this time, and what a screen reader says.
function tell() {
  for (const one of starts) {
    const isNow = one.dataset.onset <= now && now < one.dataset.offset;
    one.closest('tr').setAttribute('aria-current', isNow);
  }
  const found = at(now);
  legend.querySelectorAll('b').forEach((b, output) => {
    b.textContent = found ? percent(found.values[output]) : '';
  });
  chart.setAttribute('aria-valuemax', data.seconds.toFixed(2));
  chart.setAttribute('aria-valuenow', now.toFixed(2));
  const words = !found ? 'no face' : found.label || 'no label';
  chart.setAttribute('aria-valuetext', `${clock(now)}: ${words}`);
}

function tooltip(x) {
  const found = at(here);
  const rows = [[null, clock(here), found ? found.label || 'no label' : 'no face']];
  if (found) {
    data.names.forEach((name, output) =>
      rows.push([data.colours[output], name, percent(found.values[output])]));
    if (found.motion !== null) rows.push([null, 'motion', (found.motion / 10).toFixed(1)]);
  }
  tip.replaceChildren(...rows.map(([colour, name, value]) => {
    const row = document.createElement('div');
    if (colour) {
      const dot = row.appendChild(document.createElement('span'));
      dot.className = 'dot';
      dot.style.background = deep(colour);
    }
    row.appendChild(document.createElement('span')).textContent = name;
    row.appendChild(document.createElement('span')).textContent = value;
    return row;
  }));
  tip.hidden = false;
  tip.style.left = 0; // else it is squeezed by its last place
  const room = chart.clientWidth - tip.offsetWidth - 4;
  tip.style.left = Math.max(4, x > chart.clientWidth / 2
    ? Math.min(x - tip.offsetWidth - 14, room) : Math.min(x + 14, room)) + 'px';
}

function seek(t) {
  now = Math.min(Math.max(0, t), data.seconds);
  if (video) video.currentTime = Math.min(now, video.duration || now);
  draw();
}

function timeOf(event) {
  const box = lines.getBoundingClientRect(), [first, last] = shown();
  const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
  return Math.min(Math.max(first + share * (last - first), first), last);
}

function button(parent, words, pressed, onClick) {
  const made = parent.appendChild(document.createElement('button'));
  made.type = 'button';
  made.textContent = words;
  made.setAttribute('aria-pressed', pressed);
  made.addEventListener('click', () => onClick(made));
  return made;
}

function choose(parent, made) {
  for (const other of parent.children) other.setAttribute('aria-pressed', other === made);
}

chart.addEventListener('pointermove', (event) => {
  here = timeOf(event);
  draw();
  tooltip(event.clientX - chart.getBoundingClientRect().left);
});
chart.addEventListener('pointerleave', () => { here = null; tip.hidden = true; draw(); });
chart.addEventListener('click', (event) => seek(timeOf(event)));
chart.addEventListener('keydown', (event) => {
  const step = event.shiftKey ? 1 : 1 / data.fps;
  const moves = {ArrowRight: now + step, ArrowLeft: now - step, Home: 0, End: data.seconds};
  if (!(event.key in moves)) return;
  event.preventDefault();
  seek(moves[event.key]);
});

for (const one of starts) {
  one.setAttribute('aria-label', `Go to ${one.textContent}`);
  one.addEventListener('click', () => seek(Number(one.dataset.onset)));
}

data.names.forEach((name, output) => {
  const item = legend.appendChild(document.createElement('li'));
  const made = button(item, '', true, () => {
    if (!hidden.delete(output)) hidden.add(output);
    made.setAttribute('aria-pressed', !hidden.has(output));
    draw();
  });
  const dot = made.appendChild(document.createElement('span'));
  dot.className = 'dot';
  dot.style.background = deep(data.colours[output]);
  made.append(name);
  made.appendChild(document.createElement('b'));
});
const faces = document.getElementById('faces'), spans = document.getElementById('spans');
if (data.faces.length > 1) {
  for (const one of data.faces) {
    button(faces, `face ${one.face}`, one === face, (made) => {
      face = one;
      choose(faces, made);
      draw();
    });
  }
}
const around = [10, 60, 600].filter((seconds) => seconds < data.seconds / 1.5);
if (around.length) {
  for (const seconds of [data.seconds, ...around]) {
    const words = seconds === data.seconds ? 'whole video'
      : seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
    button(spans, words, seconds === span, (made) => {
      span = seconds;
      choose(spans, made);
      draw();
    });
  }
}
if (video) {
  const follow = () => {
    if (now !== video.currentTime) { now = video.currentTime; draw(); }
    if (!video.paused) requestAnimationFrame(follow);
  };
  video.addEventListener('play', follow);
  video.addEventListener('seeked', follow);
}
addEventListener('resize', draw);
draw();
