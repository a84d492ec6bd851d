// Draws the report that stands in the page. Text from it only ever becomes text
// nodes.
'use strict';
const report = JSON.parse(document.getElementById('report').textContent);
const {blocks, buffers, kernels, memories} = report;

// Words ----------------------------------------------------------------------

const count = n => n.toLocaleString('en-US');
function short(n) {
  for (const [size, unit] of [[1e9, ' G'], [1e6, ' M'], [1e3, ' k']])
    if (n >= Math.max(size, 1e4))
      return (n / size).toPrecision(n / size < 100 ? 3 : 4).replace(/\.0+$/, '') + unit;
  return count(Math.round(n));
}
function bytes(n) {
  for (const [size, unit] of [[1 << 30, 'GiB'], [1 << 20, 'MiB'], [1 << 10, 'KiB']])
    if (n >= size) {
      const value = n / size;
      return (value < 10 && value % 1 ? value.toFixed(2) : value < 100 && value % 1 ? value.toFixed(1) : Math.round(value)) + ' ' + unit;
    }
  return n + ' B';
}
function duration(cycles) {
  if (!report.hertz)
    return '';
  const seconds = cycles / report.hertz;
  for (const [size, unit] of [[1, 's'], [1e-3, 'ms'], [1e-6, 'µs']])
    if (seconds >= size)
      return (seconds / size).toPrecision(3) + ' ' + unit;
  return (seconds / 1e-9).toPrecision(3) + ' ns';
}
const percent = share => (100 * share).toFixed(share < 0.0995 ? 1 : 0) + ' %';
const label = block => block.layers.join(' + ') || block.name;
// Names of exported models are paths: what tells them apart stands at the end.
function fit(name, characters) {
  name = name.replace(/_output_0$/i, '');
  if (name.length <= characters)
    return name;
  if (characters < 4)
    return '';
  const head = name.includes('/') ? 0 : Math.ceil((characters - 1) * 0.4);
  return name.slice(0, head) + '…' + name.slice(name.length - (characters - 1 - head));
}

// Elements -------------------------------------------------------------------

function make(parent, tag, attributes = {}, text) {
  const isSVG = parent instanceof SVGElement || tag === 'svg';
  const element = isSVG ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  if (text !== undefined)
    element.textContent = text;
  parent.appendChild(element);
  return element;
}
const figure = id => document.querySelector('#' + id + ' .figure');
const svg = (parent, width, height) => make(parent, 'svg', {width, height, viewBox: `0 0 ${width} ${height}`});
const write = (parent, x, y, text, kind = '', anchor = 'start') =>
  make(parent, 'text', {x, y, class: kind, 'text-anchor': anchor}, text);

const tip = document.getElementById('tip');
function explain(element, title, lines) {
  element.addEventListener('pointermove', event => {
    tip.textContent = '';
    make(tip, 'b', {}, title);
    for (const line of lines)
      if (line)
        make(tip, 'div', {}, line);
    tip.hidden = false;
    tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)) + 'px';
    tip.style.top = Math.max(4, Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8)) + 'px';
  });
  element.addEventListener('pointerleave', () => tip.hidden = true);
}

// A list of [title, value of a row, how to write it]; numbers stand right. What
// holds nothing but zeros is left out.
function table(parent, rows, columns, isSortable) {
  columns = columns.filter(([title, value]) => title === '#' || rows.some(value));
  const element = make(parent, 'table', isSortable ? {class: 'sortable'} : {});
  const head = make(make(element, 'thead'), 'tr');
  const body = make(element, 'tbody');
  const isNumber = column => typeof rows.map(column[1]).find(v => v !== null) === 'number';
  const kinds = columns.map(column => isNumber(column) ? 'number' : '');
  function fill(order) {
    body.textContent = '';
    for (const row of order) {
      const line = make(body, 'tr');
      columns.forEach(([, value, print], i) => {
        const cell = make(line, 'td', {class: kinds[i]});
        const content = value(row);
        const shown = content === null ? '' : print ? print(content) : String(content);
        if (print === share)
          make(cell, 'span', {class: 'share', style: `width: ${Math.max(1, 60 * content / Math.max(...rows.map(value), 1e-9))}px`});
        cell.appendChild(document.createTextNode(shown));
        if (shown.length > 24)
          cell.title = shown;
      });
    }
  }
  let sorted = -1;
  columns.forEach(([title, value], i) => {
    const cell = make(head, 'th', {class: kinds[i]}, title);
    if (isSortable)
      cell.addEventListener('click', () => {
        const sign = kinds[i] ? -1 : 1;
        const less = (a, b) => a === b ? 0 : a < b ? -sign : sign;
        fill(sorted === i ? rows : [...rows].sort((a, b) => less(value(a), value(b))));
        sorted = sorted === i ? -1 : i;
      });
  });
  fill(rows);
}
const share = percent;

// Costs ----------------------------------------------------------------------

const sum = (list, value) => list.reduce((total, entry) => total + (value(entry) || 0), 0);
blocks.forEach((block, i) => block.step = i);
for (const block of blocks)
  for (const i of block.inputs)
    if (buffers[i].role === 'constant')
      buffers[i].name ||= `constant of ${label(block)}`;
buffers.forEach(buffer => buffer.name ||= buffer.role);
const hasMeasured = blocks.length > 0 && blocks.every(block => block.measured !== null);
const hasCycles = blocks.some(block => block.cycles !== null);
const estimate = block => block.cycles || 0;
const cost = hasMeasured ? block => block.measured : estimate;
const costWord = hasMeasured ? 'measured cycles' : 'estimated cycles';
const totalCost = sum(blocks, cost);
const shareOf = block => totalCost ? cost(block) / totalCost : 0;
const sizeOf = (list, roles) => sum(list.map(i => buffers[i]).filter(b => roles.includes(b.role)), b => b.size);
const weights = block => sizeOf(block.inputs, ['constant']);
const iterations = block => sum(block.kernels, i => kernels[i].iterations);

function describe(block) {
  const operators = block.kernels.map(i => kernels[i].operators.join(', ')).join('; ');
  const sizes = (word, list) => list.length ? `${word} ${list.join(' × ')}` : '';
  return [
    `block ${block.step}` + (block.kernels.length ? `, kernel ${block.kernels.map(i => kernels[i].name).join(', ')}` : ', copies only'),
    operators && `operators ${operators}`,
    [`${block.cores} ${block.cores === 1 ? 'core' : 'cores'}`, sizes('tile', block.tile), sizes('split', block.split),
     sizes('reduction', block.reduction), `${count(block.tiles)} ${block.tiles === 1 ? 'tile' : 'tiles'} computed`].filter(Boolean).join(', '),
    'reads ' + block.inputs.map(i => `${buffers[i].name} (${bytes(buffers[i].size)})`).join(', '),
    'writes ' + block.outputs.map(i => `${buffers[i].name} (${bytes(buffers[i].size)})`).join(', '),
    block.loaded + block.stored > 0 && `copies in ${bytes(block.loaded)}, out ${bytes(block.stored)}`,
    block.cycles !== null && `${count(block.cycles)} cycles estimated ${duration(block.cycles) && '(' + duration(block.cycles) + ')'}`,
    block.measured !== null && `${count(block.measured)} cycles measured`,
    totalCost > 0 && `${percent(shareOf(block))} of all`,
  ];
}

function drawHeader() {
  document.title = `${report.model} – onnc report`;
  document.getElementById('title').textContent = report.model;
  document.getElementById('subtitle').textContent =
    [report.quadruple, `${report.cores} ${report.cores === 1 ? 'core' : 'cores'}`,
     report.hertz && `${report.hertz / 1e6} MHz`].filter(Boolean).join(' · ');
  const totals = document.getElementById('totals');
  const add = (value, word) => {
    const box = make(totals, 'div', {class: 'total'});
    make(box, 'b', {}, value);
    make(box, 'span', {}, word);
  };
  add(count(blocks.length), `blocks of ${count(kernels.length)} kernels`);
  if (hasCycles)
    add(short(sum(blocks, estimate)), `cycles estimated (${duration(sum(blocks, estimate))})`);
  if (hasMeasured)
    add(short(totalCost), `cycles measured (${duration(totalCost)})`);
  for (const memory of memories) {
    if (!memory.size)
      continue;
    const optimal = memory.peak === memory.lower_bound;
    add(bytes(memory.size), `of ${bytes(memory.capacity)} ${memory.name}` + (memory.per_core ? ' per core' : '') +
        (memory.peak ? optimal ? ', peak proven minimal' : ', peak above its bound' : ''));
  }
}

// Timeline -------------------------------------------------------------------

function drawTimeline() {
  const parent = figure('timeline');
  if (!totalCost) {
    make(parent, 'p', {}, 'No block has an estimate: the program was tiled elsewhere.');
    return;
  }
  document.querySelector('#timeline .hint').textContent =
    `Blocks one after another, by ${costWord}.` + (hasMeasured && hasCycles ? ' The thin bar below is the estimate, from the same start.' : '');
  const rowHeight = hasMeasured ? 24 : 20, left = 380, width = 1440, right = 110, top = 24;
  const scale = (width - left - right) / totalCost;
  const holder = make(parent, 'div', {class: 'scroll'});
  const picture = svg(holder, width, top + blocks.length * rowHeight + 6);
  const decade = 10 ** Math.floor(Math.log10(totalCost / 4));
  const tick = decade * [5, 2, 1].find(factor => totalCost / (decade * factor) >= 4);
  for (let value = 0; value <= totalCost; value += tick) {
    const x = left + value * scale;
    make(picture, 'line', {x1: x, x2: x, y1: top - 4, y2: top + blocks.length * rowHeight, class: 'grid'});
    write(picture, x, 14, short(value), 'soft', 'middle');
  }
  let start = 0;
  blocks.forEach((block, i) => {
    const y = top + i * rowHeight, x = left + start * scale, length = Math.max(cost(block) * scale, 1.5);
    const row = make(picture, 'g');
    make(row, 'rect', {x: 0, y, width, height: rowHeight, fill: 'transparent'});
    write(row, 34, y + 14, i, 'soft', 'end');
    write(row, 44, y + 14, fit(label(block), 38));
    write(row, left - 10, y + 14, fit(block.kind, 20), 'soft', 'end');
    make(row, 'rect', {x, y: y + 4, width: length, height: 12, rx: 2, class: hasMeasured ? 'bar measured' : 'bar'});
    if (hasMeasured && hasCycles)
      make(row, 'rect', {x, y: y + 17, width: Math.max(estimate(block) * scale, 1.5), height: 3, class: 'bar'});
    write(row, x + length + 6, y + 14, `${short(cost(block))} · ${percent(shareOf(block))}`, 'soft');
    explain(row, label(block), describe(block));
    start += cost(block);
  });
}

function drawOperators() {
  const kinds = new Map();
  for (const block of blocks) {
    if (!kinds.has(block.kind))
      kinds.set(block.kind, []);
    kinds.get(block.kind).push(block);
  }
  const rows = [...kinds].map(([kind, list]) => ({kind, list}));
  rows.sort((a, b) => sum(b.list, cost) - sum(a.list, cost));
  const total = value => row => sum(row.list, value);
  table(figure('operators'), rows, [
    ['operator', row => row.kind],
    ['blocks', row => row.list.length, count],
    ['iterations', total(iterations), short],
    ['weights', total(weights), bytes],
    ['copied in', total(block => block.loaded), bytes],
    ['copied out', total(block => block.stored), bytes],
    ...(hasCycles ? [['estimated cycles', total(estimate), count]] : []),
    ...(hasMeasured ? [['measured cycles', total(cost), count]] : []),
    ...(totalCost ? [['share', row => sum(row.list, cost) / totalCost, share]] : []),
  ]);
}

function drawBlocks() {
  const list = value => value.length ? value.join(' × ') : null;
  table(figure('blocks'), blocks, [
    ['#', block => block.step],
    ['layers', label],
    ['kernel', block => block.kernels.map(i => kernels[i].name).join(', ') || '–'],
    ['cores', block => block.cores],
    ['tile', block => list(block.tile)],
    ['split', block => list(block.split)],
    ['reduction', block => list(block.reduction)],
    ['tiles', block => block.tiles, count],
    ['iterations', iterations, short],
    ['weights', weights, bytes],
    ['copied in', block => block.loaded, bytes],
    ['copied out', block => block.stored, bytes],
    ...(hasCycles ? [['estimated cycles', block => block.cycles, count]] : []),
    ...(hasMeasured ? [['measured cycles', block => block.measured, count]] : []),
    ...(totalCost ? [['share', shareOf, share]] : []),
  ], true);
}

// Graph ----------------------------------------------------------------------

// Nodes in layers by longest path; long edges bend through points, which those
// from one node share and which take part in the ordering of layers, by
// barycentres.
function layOut(nodes, edges) {
  nodes.forEach(node => node.rank = 0);
  // Edges go from earlier to later nodes.
  for (const edge of edges)
    edge.to.rank = Math.max(edge.to.rank, edge.from.rank + 1);
  const layers = [];
  const place = node => (layers[node.rank] ||= []).push(node);
  nodes.forEach(place);
  for (const edge of edges) {
    const way = edge.from.way ||= [edge.from];
    while (edge.from.rank + way.length < edge.to.rank) {
      way.push({rank: edge.from.rank + way.length, isPoint: true});
      place(way.at(-1));
    }
    edge.points = [...way.slice(0, edge.to.rank - edge.from.rank), edge.to];
  }
  const neighbours = new Map(layers.flat().map(node => [node, {up: [], down: []}]));
  for (const {points} of edges)
    for (let i = 1; i < points.length; ++i) {
      if (neighbours.get(points[i]).up.includes(points[i - 1]))
        continue;
      neighbours.get(points[i]).up.push(points[i - 1]);
      neighbours.get(points[i - 1]).down.push(points[i]);
    }
  const number = layer => layer.forEach((node, i) => node.order = i - (layer.length - 1) / 2);
  layers.forEach(number);
  const sweep = (layer, side) => {
    const centre = node => {
      const list = neighbours.get(node)[side];
      return list.length ? sum(list, other => other.order) / list.length : node.order;
    };
    const keys = new Map(layer.map(node => [node, centre(node)]));
    layer.sort((a, b) => keys.get(a) - keys.get(b));
    number(layer);
  };
  for (let round = 0; round < 6; ++round) {
    layers.forEach(layer => sweep(layer, 'up'));
    [...layers].reverse().forEach(layer => sweep(layer, 'down'));
  }
  return {layers, neighbours};
}

function drawGraph() {
  const nodes = [], edges = [], maker = new Map();
  const node = (kind, data) => {
    const made = {kind, data};
    nodes.push(made);
    return made;
  };
  buffers.forEach((buffer, i) => {
    if (buffer.role === 'input')
      maker.set(i, [node('input', buffer)]);
  });
  for (const block of blocks) {
    const made = node('block', block);
    for (const i of block.inputs)
      if (!block.outputs.includes(i))
        for (const from of maker.get(i) || [])
          edges.push({from, to: made, buffer: buffers[i]});
    for (const i of block.outputs)
      maker.set(i, [...(maker.get(i) || []), made]);
  }
  buffers.forEach((buffer, i) => {
    if (buffer.role === 'output' && maker.has(i)) {
      const made = node('output', buffer);
      for (const from of maker.get(i))
        edges.push({from, to: made, buffer});
    }
  });
  const {layers, neighbours} = layOut(nodes, edges);

  const width = 244, height = 46, gapX = 26, gapY = 34;
  const widthOf = n => n.isPoint ? 0 : width;
  // Each layer keeps its order; nodes move towards their neighbours. Edges that
  // pass beside each other need less room.
  const spread = (layer, wish) => {
    let previous = null;
    for (const n of layer) {
      const gap = previous && previous.isPoint && n.isPoint ? 9 : gapX;
      n.x = previous ? Math.max(wish(n), previous.x + (widthOf(previous) + widthOf(n)) / 2 + gap) : wish(n);
      previous = n;
    }
    const shift = sum(layer, n => wish(n) - n.x) / layer.length;
    layer.forEach(n => n.x += shift);
  };
  layers.forEach(layer => spread(layer, () => 0));
  for (let round = 0; round < 4; ++round)
    for (const layer of round % 2 ? [...layers].reverse() : layers)
      spread(layer, n => {
        const list = neighbours.get(n)[round % 2 ? 'down' : 'up'];
        return list.length ? sum(list, other => other.x) / list.length : n.x;
      });
  const all = layers.flat();
  const left = Math.min(...all.map(n => n.x - widthOf(n) / 2)) - 20;
  const right = Math.max(...all.map(n => n.x + widthOf(n) / 2)) + 20;
  const total = Math.max(right - left, 700), offset = (total - (right - left)) / 2 - left;
  const y = n => 16 + n.rank * (height + gapY);
  const holder = figure('graph');
  const picture = svg(holder, total, 16 + layers.length * (height + gapY));
  picture.setAttribute('style', 'margin: 0 auto');
  for (const {points, buffer} of edges) {
    let path = '';
    points.forEach((n, i) => {
      const x = n.x + offset, upper = y(n), lower = y(n) + height;
      if (i === 0)
        path = `M${x},${lower}`;
      else {
        const previous = points[i - 1];
        const from = y(previous) + height, middle = (from + upper) / 2;
        path += ` C${previous.x + offset},${middle} ${x},${middle} ${x},${upper}`;
        if (n.isPoint)
          path += ` L${x},${lower}`;
      }
    });
    explain(make(picture, 'path', {d: path, class: 'edge'}), buffer.name, [buffer.type, bytes(buffer.size)]);
  }
  const highest = Math.max(...blocks.map(shareOf), 1e-9);
  for (const n of nodes) {
    const group = make(picture, 'g', {transform: `translate(${n.x + offset - width / 2},${y(n)})`});
    const isBlock = n.kind === 'block';
    make(group, 'rect', {width, height, rx: isBlock ? 6 : 22, class: 'node'});
    if (isBlock) {
      const block = n.data, output = buffers[block.outputs[0]];
      make(group, 'rect', {width, height, rx: 6, class: 'heat', opacity: 0.36 * shareOf(block) / highest, 'pointer-events': 'none'});
      write(group, 10, 19, fit(label(block), 29), 'bold');
      write(group, width - 9, 19, block.step, 'soft', 'end');
      const facts = [output && fit(output.type.split(' ')[0], 20), totalCost && percent(shareOf(block))].filter(Boolean).join(' · ');
      write(group, 10, 36, fit(block.kind, 35 - facts.length), 'soft');
      write(group, width - 9, 36, facts, 'soft', 'end');
      explain(group, label(block), describe(block));
    } else {
      write(group, width / 2, 20, fit(n.data.name, 28), 'bold', 'middle');
      write(group, width / 2, 36, `${n.kind} ${n.data.type}`, 'soft', 'middle');
      explain(group, n.data.name, describeBuffer(n.data));
    }
  }
  if (nodes.length)
    holder.scrollLeft = nodes[0].x + offset - holder.clientWidth / 2;
}

// Memory ---------------------------------------------------------------------

function describeBuffer(buffer) {
  const first = Math.floor(buffer.from), last = Math.ceil(buffer.to) - 1;
  return [
    `${buffer.role} ${buffer.type}` + (buffer.instances > 1 ? `, ${buffer.instances} instances` : ''),
    `${count(buffer.size)} bytes (${bytes(buffer.size)})`,
    buffer.offset === null ? 'in the caller’s memory' : `${buffer.memory} [${count(buffer.offset)}, ${count(buffer.offset + buffer.size)})`,
    buffer.from === undefined ? 'there for good' : first === last ? `during block ${last}: ${label(blocks[last] || {layers: [], name: ''})}`
      : `blocks ${first} to ${last}: ${label(blocks[first])} … ${label(blocks[last])}`,
  ];
}
const roles = ['input', 'constant', 'tensor', 'output', 'scratch'];
function key(parent, used) {
  const line = make(parent, 'div');
  for (const [word, color] of used) {
    const entry = make(line, 'span', {class: 'key'});
    make(entry, 'i', {style: `background: ${color}`});
    entry.appendChild(document.createTextNode(word));
  }
}

function drawMap(parent, memory) {
  const shown = buffers.filter(b => b.memory === memory.name && b.from !== undefined && b.offset !== null && b.size > 0);
  if (!shown.length)
    return;
  const optimal = memory.peak === memory.lower_bound;
  const title = make(parent, 'h3', {}, memory.name + ' ');
  make(title, 'small', {}, `peak ${bytes(memory.peak)}` +
    (optimal ? ', which is the lower bound' : `, lower bound ${bytes(memory.lower_bound)} (${percent(memory.peak / memory.lower_bound - 1)} above)`) +
    (memory.persistent ? `, above ${bytes(memory.persistent)} of persistent data` : '') +
    `; capacity ${bytes(memory.capacity)}` + (memory.per_core ? ' on each core' : ''));
  key(parent, [...roles.filter(role => shown.some(b => b.role === role)).map(role => [role, `var(--${role})`]),
               ['peak', 'var(--peak)'], ...(optimal ? [] : [['lower bound', 'var(--bound)']])]);

  // The axis stays where it is when the map is scrolled.
  const left = 56, axisWidth = 76, top = 12, height = 380, foot = 84;
  const steps = Math.max(blocks.length, 1);
  const column = Math.max(56, Math.min(230, Math.floor((1440 - axisWidth - left - 20) / steps)));
  const width = left + steps * column + 20;
  const holder = make(parent, 'div', {class: 'wide map'});
  const axis = svg(holder, axisWidth, top + height + foot);
  const picture = svg(holder, width, top + height + foot);
  const limit = Math.max(memory.peak, ...shown.map(b => b.offset + b.size - memory.persistent)) * 1.04;
  const y = offset => top + height - height * (offset - memory.persistent) / limit;
  for (let value = 0, step = 2 ** Math.ceil(Math.log2(limit / 6)); value <= limit; value += step) {
    const height = y(memory.persistent + value);
    make(picture, 'line', {x1: left, x2: width - 20, y1: height, y2: height, class: 'grid'});
    write(axis, axisWidth - 4, height + 4, bytes(value), 'soft', 'end');
  }
  blocks.forEach((block, i) => {
    const x = left + i * column;
    make(picture, 'line', {x1: x, x2: x, y1: top, y2: top + height + 5, class: 'grid'});
    const name = make(picture, 'text', {x: 0, y: 0, class: 'soft', 'text-anchor': 'end',
      transform: `translate(${x + column / 2 + 4},${top + height + 14}) rotate(-38)`}, `${i} ${fit(label(block), 16 - String(i).length)}`);
    explain(name, label(block), [...describe(block), `${count(memory.live[i])} bytes live`]);
  });
  for (const buffer of shown) {
    const x = left + buffer.from * column, boxWidth = (buffer.to - buffer.from) * column;
    const upper = y(buffer.offset + buffer.size), boxHeight = Math.max(y(buffer.offset) - upper, 1);
    const group = make(picture, 'g');
    make(group, 'rect', {x: x + 0.5, y: upper, width: boxWidth - 1, height: boxHeight, rx: Math.min(3, boxHeight / 3), class: 'box',
                         fill: `var(--${buffer.role})`, 'fill-opacity': 0.88});
    const room = Math.floor((boxWidth - 6) / 6.1);
    if (boxHeight >= 13) {
      write(group, x + boxWidth / 2, upper + boxHeight / 2 + (boxHeight >= 30 ? -2 : 4), fit(buffer.name, room), 'ink', 'middle')
        .setAttribute('pointer-events', 'none');
      if (boxHeight >= 30 && bytes(buffer.size).length <= room)
        write(group, x + boxWidth / 2, upper + boxHeight / 2 + 12, bytes(buffer.size), 'ink', 'middle').setAttribute('pointer-events', 'none');
    }
    explain(group, buffer.name, describeBuffer(buffer));
  }
  const level = (value, kind) => make(picture, 'line', {x1: left, x2: width - 20, y1: y(value), y2: y(value), class: kind});
  level(memory.persistent + memory.peak, 'peak');
  if (!optimal)
    level(memory.persistent + memory.lower_bound, 'bound');
}

function drawMemory() {
  const parent = figure('memory');
  for (const memory of memories)
    drawMap(parent, memory);
  const callers = buffers.filter(b => b.offset === null && b.role !== 'scratch');
  if (callers.length)
    make(parent, 'p', {class: 'hint'}, 'In the caller’s memory: ' + callers.map(b => `${b.name} (${b.type}, ${bytes(b.size)})`).join(', '));
  if (!parent.childNodes.length)
    make(parent, 'p', {}, 'Nothing but persistent data.');
}

function drawPersistent() {
  const parent = figure('persistent');
  const persistent = buffers.filter(b => b.from === undefined);
  for (const memory of memories) {
    const list = persistent.filter(b => b.memory === memory.name);
    if (!list.length)
      continue;
    make(make(parent, 'h3', {}, memory.name + ' '), 'small', {}, `${bytes(memory.persistent)} in ${list.length} buffers`);
    const width = 1440, height = 44, scale = width / Math.max(memory.persistent, 1);
    const picture = svg(make(parent, 'div', {class: 'wide'}), width, height);
    for (const buffer of list) {
      const x = buffer.offset * scale, boxWidth = Math.max(buffer.size * scale, 0.5);
      const group = make(picture, 'g');
      make(group, 'rect', {x, y: 2, width: boxWidth, height: height - 4, class: 'box', fill: `var(--${buffer.role})`,
                           'stroke-width': boxWidth < 4 ? 0.2 : 1});
      const room = Math.floor((boxWidth - 6) / 6.1);
      write(group, x + boxWidth / 2, 20, fit(buffer.name, room), 'ink', 'middle');
      if (bytes(buffer.size).length <= room)
        write(group, x + boxWidth / 2, 34, bytes(buffer.size), 'ink', 'middle');
      explain(group, buffer.name, describeBuffer(buffer));
    }
  }
  if (!persistent.length) {
    make(parent, 'p', {}, 'There is none.');
    return;
  }
  const users = new Map(buffers.map(b => [b, []]));
  for (const block of blocks)
    for (const i of block.inputs)
      users.get(buffers[i]).push(block);
  const whole = sum(persistent, b => b.size);
  const details = make(parent, 'details');
  make(details, 'summary', {class: 'hint'}, `all ${persistent.length}, the largest first`);
  table(make(details, 'div', {class: 'scroll'}), [...persistent].sort((a, b) => b.size - a.size), [
    ['name', b => b.name],
    ['type', b => b.type],
    ['memory', b => b.memory],
    ['offset', b => b.offset, count],
    ['bytes', b => b.size, count],
    ['share', b => whole ? b.size / whole : 0, share],
    ['used by', b => users.get(b).map(label).join(', ')],
  ], true);
}

drawHeader();
drawTimeline();
drawOperators();
drawGraph();
drawMemory();
drawPersistent();
drawBlocks();
