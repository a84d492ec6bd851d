// Runs models in ONNX Runtime (npm package onnxruntime-node, CPU); for
// bench/smith-ort.py.
//
//   node smith-ort.mjs model.onnx...
//
// Reads <stem>.<input>.npy beside each model, writes <stem>.<output>.ort.npy, and
// prints a line of JSON: {model, outputs: [names]} or {model, error}. The package
// is looked for where the script is started.
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const ort = createRequire(path.join(process.cwd(), 'x.js'))('onnxruntime-node');

// NumPy's type, ONNX Runtime's, and the array that holds the elements.
const types = [
  ['<f4', 'float32', Float32Array], ['<f8', 'float64', Float64Array],
  ['<f2', 'float16', Uint16Array],  ['|i1', 'int8', Int8Array],
  ['|u1', 'uint8', Uint8Array],     ['<i2', 'int16', Int16Array],
  ['<u2', 'uint16', Uint16Array],   ['<i4', 'int32', Int32Array],
  ['<u4', 'uint32', Uint32Array],   ['<i8', 'int64', BigInt64Array],
  ['<u8', 'uint64', BigUint64Array], ['|b1', 'bool', Uint8Array],
];

function readNpy(file) {
  const bytes = fs.readFileSync(file);
  const size = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + size);
  const descr = /'descr': '([^']*)'/.exec(header)[1];
  const [, type, Elements] = types.find(t => t[0] === descr);
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1]
                    .split(',').filter(s => s.trim()).map(Number);
  const body = bytes.subarray(10 + size);
  const copy = body.buffer.slice(body.byteOffset, body.byteOffset + body.length);
  const half = type === 'float16' && typeof Float16Array !== 'undefined';
  const data = half ? new Float16Array(copy) : new Elements(copy);
  return new ort.Tensor(type, data, shape);
}

function writeNpy(file, tensor) {
  const descr = types.find(t => t[1] === tensor.type)[0];
  const dims = tensor.dims.map(d => `${d},`).join(' ');
  let header =
      `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims}), }`;
  header = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
  const prefix = Buffer.alloc(10);
  prefix.write('\x93NUMPY\x01\x00', 'latin1');
  prefix.writeUInt16LE(header.length, 8);
  const {buffer, byteOffset, byteLength} = tensor.data;
  fs.writeFileSync(file, Buffer.concat([
    prefix, Buffer.from(header, 'latin1'),
    Buffer.from(buffer, byteOffset, byteLength)
  ]));
}

for (const model of process.argv.slice(2)) {
  const stem = model.replace(/\.onnx$/, '');
  let result;
  try {
    const session = await ort.InferenceSession.create(model, {
      intraOpNumThreads: 1,
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 4,
    });
    const feeds = {};
    for (const name of session.inputNames)
      feeds[name] = readNpy(`${stem}.${name}.npy`);
    const outputs = await session.run(feeds);
    for (const name of session.outputNames)
      writeNpy(`${stem}.${name}.ort.npy`, outputs[name]);
    result = {model, outputs: session.outputNames};
  } catch (error) {
    result = {model, error: String(error.message ?? error).split('\n')[0]};
  }
  console.log(JSON.stringify(result));
}
