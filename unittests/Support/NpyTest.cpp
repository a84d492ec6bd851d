//===- NpyTest.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// test/Support/Inputs/npy/make.py describes the files. Those called save-* hold
// 0, 1, 2, …, the last one negative where there is a sign.
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/Npy.h"
#include "onnc/Support/FloatFormats.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"
#include <complex>
#include <cstdlib>
#include <gtest/gtest.h>

using namespace onnc;
using namespace llvm;

static std::string inputPath(StringRef name) {
  const char *data = std::getenv("ONNC_TEST_DATA");
  EXPECT_NE(data, nullptr) << "ONNC_TEST_DATA names the directory test/";
  SmallString<128> path(data ? data : "");
  sys::path::append(path, "Support", "Inputs", "npy", name);
  return path.str().str();
}

static NpyArray read(StringRef name) {
  Expected<NpyArray> array = readNpy(inputPath(name));
  if (!array) {
    ADD_FAILURE() << toString(array.takeError());
    return {};
  }
  return std::move(*array);
}

static std::string write(const NpyArray &array) {
  std::string bytes;
  raw_string_ostream os(bytes);
  if (array.type == NpyType::String)
    EXPECT_EQ(toString(writeNpyStrings(os, array.shape, array.strings)), "");
  else
    writeNpy(os, array.type, array.shape, array.data);
  return bytes;
}

static Expected<NpyArray> parse(StringRef bytes) {
  return parseNpy(MemoryBuffer::getMemBufferCopy(bytes, "x.npy"));
}

static std::string parseError(StringRef bytes) {
  Expected<NpyArray> array = parse(bytes);
  return array ? "no error" : toString(array.takeError());
}

/// A version 1 file with that header, neither padded nor aligned.
static std::string file(StringRef header, StringRef data = "") {
  std::string bytes = "\x93NUMPY";
  bytes += '\1';
  bytes += '\0';
  bytes += char(header.size() & 0xff);
  bytes += char(header.size() >> 8);
  return bytes + header.str() + data.str();
}

static std::string file(StringRef descr, StringRef shape, StringRef data) {
  return file(("{'descr': '" + descr +
               "', 'fortran_order': False, 'shape': " + shape + "}\n")
                  .str(),
              data);
}

template <typename T>
static void expectElements(StringRef name, NpyType type,
                           ArrayRef<int64_t> shape, bool isSigned) {
  SCOPED_TRACE(name.str());
  const NpyArray array = read(name);
  ASSERT_EQ(array.type, type);
  EXPECT_EQ(ArrayRef(array.shape), shape);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(array.data.data()) % alignof(T), 0u);
  const ArrayRef<T> values = array.values<T>();
  ASSERT_EQ(int64_t(values.size()), array.getNumElements());
  for (size_t i = 0; i != values.size(); ++i) {
    const bool negative = isSigned && i + 1 == values.size();
    EXPECT_EQ(values[i], T(negative ? -int(i) : int(i))) << "element " << i;
  }
}

TEST(NpyTest, ReadsEveryType) {
  const int64_t shape[] = {2, 3};
  expectElements<bool>("save-b1.npy", NpyType::Bool, shape, false);
  expectElements<int8_t>("save-i1.npy", NpyType::Int8, shape, true);
  expectElements<int16_t>("save-i2.npy", NpyType::Int16, shape, true);
  expectElements<int32_t>("save-i4.npy", NpyType::Int32, shape, true);
  expectElements<int64_t>("save-i8.npy", NpyType::Int64, shape, true);
  expectElements<uint8_t>("save-u1.npy", NpyType::UInt8, shape, false);
  expectElements<uint16_t>("save-u2.npy", NpyType::UInt16, shape, false);
  expectElements<uint32_t>("save-u4.npy", NpyType::UInt32, shape, false);
  expectElements<uint64_t>("save-u8.npy", NpyType::UInt64, shape, false);
  expectElements<Half>("save-f2.npy", NpyType::Float16, shape, true);
  expectElements<float>("save-f4.npy", NpyType::Float32, shape, true);
  expectElements<double>("save-f8.npy", NpyType::Float64, shape, true);
  expectElements<std::complex<float>>("save-c8.npy", NpyType::Complex64, shape,
                                      true);
  expectElements<std::complex<double>>("save-c16.npy", NpyType::Complex128,
                                       shape, true);
}

TEST(NpyTest, WritesWhatNumPyWrites) {
  for (StringRef name :
       {"b1",     "i1",     "i2",    "i4",     "i8",   "u1",  "u2",
        "u4",     "u8",     "f2",    "f4",     "f8",   "c8",  "c16",
        "scalar", "vector", "empty", "rank32", "long", "text"}) {
    SCOPED_TRACE(name.str());
    const std::string path = inputPath(("save-" + name + ".npy").str());
    auto expected = MemoryBuffer::getFile(path);
    ASSERT_TRUE(bool(expected));
    Expected<NpyArray> array = readNpy(path);
    ASSERT_TRUE(bool(array)) << toString(array.takeError());
    EXPECT_EQ(write(*array), (*expected)->getBuffer().str());
  }
}

TEST(NpyTest, BigEndian) {
  expectElements<float>("big-f4.npy", NpyType::Float32, {2, 3}, true);
  expectElements<std::complex<float>>("big-c8.npy", NpyType::Complex64, {2, 3},
                                      true);
}

TEST(NpyTest, FortranOrderBecomesRowMajor) {
  expectElements<float>("fortran-f4.npy", NpyType::Float32, {2, 3, 4}, true);
  expectElements<int16_t>("big-fortran-i2.npy", NpyType::Int16, {2, 3, 4},
                          true);
  expectElements<int32_t>("fortran-vector.npy", NpyType::Int32, {5}, true);
}

TEST(NpyTest, NewerVersions) {
  expectElements<float>("version2.npy", NpyType::Float32, {2, 3}, true);
  expectElements<float>("version3.npy", NpyType::Float32, {2, 3}, true);
}

TEST(NpyTest, ScalarAndEmpty) {
  const NpyArray scalar = read("save-scalar.npy");
  EXPECT_TRUE(scalar.shape.empty());
  EXPECT_EQ(scalar.values<float>().vec(), std::vector<float>{1.5});
  const NpyArray empty = read("save-empty.npy");
  EXPECT_EQ(empty.shape, (SmallVector<int64_t, 4>{3, 0, 2}));
  EXPECT_EQ(empty.getNumElements(), 0);
}

TEST(NpyTest, Strings) {
  using Strings = std::vector<std::string>;
  EXPECT_EQ(read("save-text.npy").strings, (Strings{"", "äß€😀", "one"}));
  EXPECT_EQ(read("big-text.npy").strings, (Strings{"äß€😀", "one"}));
  EXPECT_EQ(read("bytes.npy").strings,
            (Strings{"", std::string("a\0b", 3), "xyz"}));
  std::string bytes;
  raw_string_ostream os(bytes);
  const Strings broken = {"fine", "\xff"};
  EXPECT_EQ(toString(writeNpyStrings(os, {2}, broken)),
            "string 1 is not UTF-8");
}

TEST(NpyTest, VoidKeepsItsBits) {
  const NpyArray array = read("void16.npy");
  ASSERT_EQ(array.type, NpyType::Void16);
  EXPECT_EQ(float(array.values<BFloat16>()[1]), -1.0f);
}

// An odd header leaves the elements at an odd address.
TEST(NpyTest, UnalignedDataIsCopied) {
  for (StringRef pad : {"", " ", "  ", "   ", "    "}) {
    const std::string bytes = file(
        ("{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}" + pad).str(),
        StringRef("\1\2\3\4", 4));
    Expected<NpyArray> array = parse(bytes);
    ASSERT_TRUE(bool(array)) << toString(array.takeError());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(array->data.data()) % 4, 0u);
    EXPECT_EQ(array->values<int32_t>()[0], 0x04030201);
  }
}

// What other writers than NumPy, and NumPy for Python 2, put there.
TEST(NpyTest, HeaderVariants) {
  const StringRef headers[] = {
      R"({"shape":(2L,1L,),"fortran_order":False,"descr":"|u1",})",
      "{ 'descr' : 'u1' , 'fortran_order' : True , 'shape' : ( 2 , 1 ) } \n",
      "{'descr': '=u1', 'fortran_order': False, 'shape': (2, 1)}",
  };
  for (StringRef header : headers) {
    Expected<NpyArray> array = parse(file(header, "ab"));
    ASSERT_TRUE(bool(array)) << toString(array.takeError());
    EXPECT_EQ(array->shape, (SmallVector<int64_t, 4>{2, 1}));
    EXPECT_EQ(array->data[1], 'b');
  }
}

TEST(NpyTest, BadFilesAreLocatedErrors) {
  EXPECT_EQ(parseError(""), "'x.npy': byte 0: not a .npy file");
  EXPECT_EQ(parseError("PK\3\4"), "'x.npy': byte 0: not a .npy file");
  EXPECT_EQ(parseError("\x93NUMPY\1"),
            "'x.npy': byte 7: the file ends in its version");
  EXPECT_EQ(parseError(StringRef("\x93NUMPY\4\0\1\0", 10)),
            "'x.npy': byte 6: format version 4.0 is not supported");
  EXPECT_EQ(parseError(StringRef("\x93NUMPY\1\0\1", 9)),
            "'x.npy': byte 9: the file ends in its header length");
  EXPECT_EQ(parseError(StringRef("\x93NUMPY\2\0\xff\xff\xff\xff{}", 14)),
            "'x.npy': byte 12: a header of 4294967295 bytes in a file that has "
            "2 left");
}

TEST(NpyTest, BadHeadersAreLocatedErrors) {
  EXPECT_EQ(parseError(file("")),
            "'x.npy': byte 10: expected '{' in the header");
  EXPECT_EQ(parseError(file("{'descr' '<f4'}")),
            "'x.npy': byte 19: expected ':' in the header");
  EXPECT_EQ(parseError(file("{'descr': '<f4")),
            "'x.npy': byte 20: unterminated string in the header");
  EXPECT_EQ(parseError(file("{'descr': '<f4'")),
            "'x.npy': byte 25: expected '}' in the header");
  EXPECT_EQ(parseError(file("{'descr': '<f4', 'x': 1}")),
            "'x.npy': byte 27: unknown key 'x' in the header");
  EXPECT_EQ(parseError(file("{'descr': '<f4', 'descr': '<f4'}")),
            "'x.npy': byte 27: 'descr' appears twice in the header");
  EXPECT_EQ(parseError(file("{'descr': '<f4', 'shape': ()}")),
            "'x.npy': byte 39: the header lacks 'fortran_order'");
  EXPECT_EQ(parseError(file("{'fortran_order': 1}")),
            "'x.npy': byte 28: expected True or False in the header");
  EXPECT_EQ(parseError(file("{'shape': (-1,)}")),
            "'x.npy': byte 21: expected a dimension in the header");
  EXPECT_EQ(parseError(file("{'shape': (1 2)}")),
            "'x.npy': byte 23: expected ')' in the header");
  EXPECT_EQ(parseError(file("{'shape': (9223372036854775808,)}")),
            "'x.npy': byte 21: dimension 9223372036854775808 is too large");
  std::string ones = "{'shape': (";
  for (int i = 0; i != 65; ++i)
    ones += "1,";
  EXPECT_EQ(parseError(file(ones + ")}")),
            "'x.npy': byte 149: more than 64 dimensions");
  EXPECT_EQ(parseError(file("{'descr': '<f4', 'fortran_order': False, "
                            "'shape': (0,)} {}")),
            "'x.npy': byte 66: expected the end of the header");
}

TEST(NpyTest, UnsupportedTypesAreErrors) {
  for (StringRef descr :
       {"", "<", "<f", "<f16", "<i3", "<M8[ns]", "V4", "<f4x", ">>f4"})
    EXPECT_EQ(
        parseError(file(descr, "()", "")),
        ("'x.npy': byte 20: element type '" + descr + "' is not supported")
            .str());
  EXPECT_EQ(parseError(file("|O", "()", "")),
            "'x.npy': byte 20: object arrays, which hold pickled Python, are "
            "not supported");
  EXPECT_EQ(parseError(file("{'descr': [('a', '<f4')]}")),
            "'x.npy': byte 20: records (structured arrays) are not supported");
  EXPECT_EQ(parseError(file("<U0", "(1000000000,)", "")),
            "'x.npy': byte 20: strings of width 0 are not supported");
  EXPECT_EQ(parseError(file("<U9223372036854775807", "()", "")),
            "'x.npy': byte 20: strings of width 9223372036854775807 are not "
            "supported");
}

TEST(NpyTest, SizesAreCheckedBeforeUse) {
  const StringRef overflow =
      "'x.npy': byte 10: the shape's size in bytes overflows";
  EXPECT_EQ(parseError(file("<f4", "(4611686018427387904, 4)", "")), overflow);
  EXPECT_EQ(parseError(file("<f8", "(1152921504606846976,)", "")), overflow);
  EXPECT_EQ(parseError(file("<f4", "(9223372036854775807, 4, 0)", "")),
            overflow);
  EXPECT_EQ(parseError(file("<f4", "(0, 9223372036854775807)", "")), overflow);
  EXPECT_EQ(parseError(file("<f4", "(1000000000000,)", "abcd")),
            "'x.npy': byte 82: the file ends here, 3999999999996 bytes before "
            "the end of its array");
  EXPECT_EQ(parseError(file("<i2", "(1,)", "abcd")),
            "'x.npy': byte 68: 2 bytes follow the array");
}

TEST(NpyTest, BadElementsAreErrors) {
  EXPECT_EQ(parseError(file("|b1", "(3,)", StringRef("\0\1\2", 3))),
            "'x.npy': byte 68: the bool is neither 0 nor 1");
  EXPECT_EQ(parseError(file("<U1", "(2,)", StringRef("a\0\0\0\0\xd8\0\0", 8))),
            "'x.npy': byte 70: element 1 is not Unicode text");
}

// Every prefix of a file is an error, whatever it ends in.
TEST(NpyTest, TruncatedFilesAreErrors) {
  auto buffer = MemoryBuffer::getFile(inputPath("save-f4.npy"));
  ASSERT_TRUE(bool(buffer));
  const StringRef whole = (*buffer)->getBuffer();
  for (size_t size = 0; size != whole.size(); ++size)
    EXPECT_NE(parseError(whole.take_front(size)), "no error") << size;
}

TEST(NpyTest, MissingFile) {
  Expected<NpyArray> array = readNpy("no/such.npy");
  ASSERT_FALSE(bool(array));
  EXPECT_EQ(toString(array.takeError()),
            "'no/such.npy': No such file or directory");
}
