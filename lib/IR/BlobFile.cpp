//===- BlobFile.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/BlobFile.h"
#include "onnc/IR/AsmPrinter.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SHA256.h"

using namespace llvm;
using namespace onnc;

static constexpr size_t headerSize = 16, entrySize = 48;

static std::string hashOf(ArrayRef<char> bytes) {
  auto digest = SHA256::hash(
      {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()});
  return toHex(digest, /*LowerCase=*/true);
}

static Error fileError(const Twine &path, const Twine &message) {
  return createStringError(path + ": " + message);
}

Expected<std::unique_ptr<BlobFile>> BlobFile::open(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fileError(path, buffer.getError().message());
  auto file = std::make_unique<BlobFile>();
  file->path = path.str();
  file->blob = BlobRef(new Blob(std::move(*buffer)));
  ArrayRef<char> bytes = file->blob->getBytes();
  if (bytes.size() < headerSize ||
      StringRef(bytes.data(), magic.size()) != magic)
    return fileError(path, "not a file of constants (no ONNCBLOB header)");
  uint64_t count = support::endian::read64le(bytes.data() + 8);
  if (count > (bytes.size() - headerSize) / entrySize)
    return fileError(path, "the table of " + Twine(count) +
                               " constants exceeds the file");
  for (uint64_t i = 0; i < count; ++i) {
    const char *entry = bytes.data() + headerSize + i * entrySize;
    uint64_t offset = support::endian::read64le(entry + 32);
    uint64_t size = support::endian::read64le(entry + 40);
    if (offset > bytes.size() || size > bytes.size() - offset)
      return fileError(path, "constant " + Twine(i) + " lies outside the file");
    std::string hash = toHex(StringRef(entry, 32), /*LowerCase=*/true);
    file->entries[hash] = {static_cast<size_t>(offset),
                           static_cast<size_t>(size)};
  }
  return file;
}

Expected<ConstantData> BlobFile::lookup(StringRef hash) {
  auto it = entries.find(hash);
  if (it == entries.end())
    return fileError(path, "no constant named " + hash);
  Entry &entry = it->second;
  ConstantData data(blob, entry.offset, entry.size);
  if (!entry.checked && hashOf(data.getBytes()) != hash)
    return fileError(path, "constant " + hash + " is damaged");
  entry.checked = true;
  return data;
}

std::string BlobWriter::add(ArrayRef<char> bytes) {
  std::string hash = hashOf(bytes);
  if (known.insert(hash).second)
    entries.push_back({hash, bytes});
  return hash;
}

void BlobWriter::write(raw_ostream &os) const {
  auto writeU64 = [&](uint64_t value) {
    char bytes[8];
    support::endian::write64le(bytes, value);
    os.write(bytes, 8);
  };
  os << BlobFile::magic;
  writeU64(entries.size());
  uint64_t at = headerSize + entries.size() * entrySize;
  for (const Entry &entry : entries) {
    at = alignTo(at, BlobFile::alignment);
    os << fromHex(entry.hash);
    writeU64(at);
    writeU64(entry.bytes.size());
    at += entry.bytes.size();
  }
  at = headerSize + entries.size() * entrySize;
  for (const Entry &entry : entries) {
    os.write_zeros(alignTo(at, BlobFile::alignment) - at);
    at = alignTo(at, BlobFile::alignment);
    os.write(entry.bytes.data(), entry.bytes.size());
    at += entry.bytes.size();
  }
}
