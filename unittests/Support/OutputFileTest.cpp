//===- OutputFileTest.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/OutputFile.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace onnc;
using namespace llvm;
namespace fs = llvm::sys::fs;

namespace {
class OutputFileTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(fs::createUniqueDirectory("onnc-output", directory));
    // A '%' is a name like any other.
    sys::path::append(directory, "100%%");
    ASSERT_FALSE(fs::create_directory(directory));
  }
  void TearDown() override {
    fs::remove_directories(sys::path::parent_path(directory));
  }

  std::string path(StringRef name) const {
    SmallString<128> result = directory;
    sys::path::append(result, name);
    return result.str().str();
  }

  /// The names in the directory, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    std::error_code ec;
    for (fs::directory_iterator it(directory, ec), end; !ec && it != end;
         it.increment(ec))
      result.push_back(sys::path::filename(it->path()).str());
    llvm::sort(result);
    return result;
  }

  static std::string contents(StringRef path) {
    auto buffer = MemoryBuffer::getFile(path);
    return buffer ? (*buffer)->getBuffer().str() : "<none>";
  }

  static Error write(StringRef path, StringRef text) {
    return writeOutputFile(path, [&](raw_pwrite_stream &os) {
      os << text;
      return Error::success();
    });
  }

  /// Runs \p body in a child process and returns its status.
  static int inChild(function_ref<int()> body) {
    const pid_t pid = fork();
    if (pid == 0)
      _exit(body());
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
  }

  SmallString<128> directory;
};
using Names = std::vector<std::string>;
} // namespace

TEST_F(OutputFileTest, AppearsOnCommit) {
  auto file = OutputFile::create(path("out"));
  ASSERT_TRUE(bool(file)) << toString(file.takeError());
  (*file)->os() << "hello";
  (*file)->os().pwrite("J", 1, 0);
  EXPECT_EQ(contents(path("out")), "<none>");
  EXPECT_EQ(toString((*file)->commit()), "");
  EXPECT_EQ(contents(path("out")), "Jello");
  EXPECT_EQ(names(), Names{"out"});
}

TEST_F(OutputFileTest, RelativePath) {
  SmallString<128> before;
  ASSERT_FALSE(fs::current_path(before));
  ASSERT_FALSE(fs::set_current_path(directory));
  auto restore = make_scope_exit([&] { fs::set_current_path(before); });
  EXPECT_EQ(toString(write("out", "text")), "");
  EXPECT_EQ(names(), Names{"out"});
}

TEST_F(OutputFileTest, WithoutCommitTheOldFileStays) {
  ASSERT_EQ(toString(write(path("out"), "old")), "");
  {
    auto file = OutputFile::create(path("out"));
    ASSERT_TRUE(bool(file)) << toString(file.takeError());
    (*file)->os() << "new";
  }
  EXPECT_EQ(contents(path("out")), "old");
  EXPECT_EQ(names(), Names{"out"});
}

TEST_F(OutputFileTest, TheWritersErrorLeavesNothing) {
  Error err = writeOutputFile(path("out"), [](raw_pwrite_stream &os) {
    os << "half a file";
    return createStringError("no good");
  });
  EXPECT_EQ(toString(std::move(err)), "no good");
  EXPECT_EQ(names(), Names{});
}

TEST_F(OutputFileTest, KeepsPermissionsAndLinks) {
  ASSERT_EQ(toString(write(path("out"), "old")), "");
  ASSERT_FALSE(fs::setPermissions(path("out"), fs::perms(0750)));
  ASSERT_FALSE(fs::create_link("out", path("link")));
  ASSERT_EQ(toString(write(path("link"), "new")), "");
  EXPECT_EQ(contents(path("out")), "new");
  EXPECT_TRUE(fs::is_symlink_file(path("link")));
  EXPECT_EQ(int(*fs::getPermissions(path("out"))), 0750);
}

TEST_F(OutputFileTest, NewFilesFollowTheUmask) {
  const mode_t before = umask(027);
  EXPECT_EQ(toString(write(path("out"), "x")), "");
  umask(before);
  EXPECT_EQ(int(*fs::getPermissions(path("out"))), 0640);
}

TEST_F(OutputFileTest, UnwritablePathsAreErrorsAtOnce) {
  const auto error = [](const std::string &path) {
    return toString(OutputFile::create(path).takeError());
  };
  EXPECT_EQ(error(path("no/out")),
            "'" + path("no/out") + "': cannot create a file in '" + path("no") +
                "': No such file or directory");
  EXPECT_EQ(error(path("")),
            "'" + path("") + "': cannot write: Is a directory");
  EXPECT_EQ(error(""), "'': cannot write: No such file or directory");
}

TEST_F(OutputFileTest, AFullDeviceIsAnError) {
  EXPECT_EQ(toString(write("/dev/full", "text")),
            "'/dev/full': cannot write: No space left on device");
  EXPECT_EQ(toString(write("/dev/null", "text")), "");
}

// A limit on the size of files stands for a full disk.
TEST_F(OutputFileTest, AFullDiskIsAnErrorAndLeavesNothing) {
  ASSERT_EQ(toString(write(path("out"), "old")), "");
  const int status = inChild([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const std::string message =
        toString(write(path("out"), std::string(100000, 'x')));
    return message == "'" + path("out") + "': cannot write: File too large" ? 0
                                                                            : 1;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(contents(path("out")), "old");
  EXPECT_EQ(names(), Names{"out"});
}

TEST_F(OutputFileTest, ASignalLeavesNothing) {
  const int status = inChild([&] {
    auto file = OutputFile::create(path("out"));
    if (!file)
      return 1;
    (*file)->os() << std::string(100000, 'x');
    raise(SIGTERM);
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(names(), Names{});
}

TEST_F(OutputFileTest, StandardOutput) {
  int status = inChild([&] {
    const int fd = open(path("stdout").c_str(), O_WRONLY | O_CREAT, 0644);
    dup2(fd, STDOUT_FILENO);
    // Nothing of an output that isn't committed.
    consumeError(writeOutputFile("-", [](raw_pwrite_stream &os) {
      os << "half";
      return createStringError("no good");
    }));
    return toString(write("-", "whole")).empty() ? 0 : 1;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(contents(path("stdout")), "whole");

  status = inChild([&] {
    dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
    return toString(write("-", "text")) ==
                   "'<stdout>': cannot write: No space left on device"
               ? 0
               : 1;
  });
  EXPECT_EQ(status, 0);
}
