// Times ONNX Runtime (npm package onnxruntime-node, CPU) on a model; bench/x86.py
// runs it. Prints the median of some runs in milliseconds, after a first run.
//
//   node ort.mjs model.onnx input.npy threads runs [output.npy]
//
// The package is looked for where the script is started.
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const ort = createRequire(path.join(process.cwd(), 'x.js'))('onnxruntime-node');
const [model, input, threads, runs] = process.argv.slice(2);

function readFloats(file) {
  const bytes = fs.readFileSync(file);
  const size = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + size);
  if (!header.includes("'<f4'"))
    throw new Error(`${file}: not of float32`);
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1]
                    .split(',').filter(s => s.trim()).map(Number);
  const body = bytes.subarray(10 + size);
  const copy = body.buffer.slice(body.byteOffset, body.byteOffset + body.length);
  return new ort.Tensor('float32', new Float32Array(copy), shape);
}

const session = await ort.InferenceSession.create(model, {
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
});
const feeds = {[session.inputNames[0]]: readFloats(input)};
await session.run(feeds);
const times = [];
for (let i = 0; i < Number(runs); ++i) {
  const start = process.hrtime.bigint();
  await session.run(feeds);
  times.push(Number(process.hrtime.bigint() - start) / 1e6);
}
times.sort((a, b) => a - b);
console.log(times[times.length >> 1]);
