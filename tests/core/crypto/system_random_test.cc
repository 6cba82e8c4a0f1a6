#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>
#include <thread>

#include "core/crypto/random_source.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

std::string Draw(size_t size) {
  std::string bytes(size, '\0');
  EXPECT_TRUE(SystemRandom().Fill(bytes));
  return bytes;
}

TEST(SystemRandom, NeverGivesTheSameBytesTwice) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(Draw(16)).second);
}

TEST(SystemRandom, FillsEverySize) {
  for (const size_t size : {0u, 1u, 511u, 512u, 513u, 5000u}) {
    const std::string bytes = Draw(size);
    // 16 zero bytes in a row would mean that a part was left as it was.
    EXPECT_EQ(bytes.find(std::string(16, '\0')), std::string::npos) << size;
  }
}

TEST(SystemRandom, OverwritesTheOutputOnly) {
  std::string bytes(40, 'x');
  ASSERT_TRUE(SystemRandom().Fill(std::span<char>(bytes).subspan(4, 32)));
  EXPECT_EQ(bytes.substr(0, 4) + bytes.substr(36), "xxxxxxxx");
  EXPECT_NE(bytes.substr(4, 32), std::string(32, 'x'));
}

TEST(SystemRandom, ThreadsDrawDifferentBytes) {
  const std::string here = Draw(32);
  std::string there;
  std::thread([&there] { there = Draw(32); }).join();
  EXPECT_NE(here, there);
}

TEST(SystemRandom, AForkedChildDoesNotRepeatItsParent) {
  // The parent's thread now has a block with bytes left in it.
  Draw(16);
  int channel[2];
  ASSERT_EQ(pipe(channel), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    char bytes[16];
    const bool done = SystemRandom().Fill(bytes) && write(channel[1], bytes, sizeof(bytes)) == 16;
    _exit(done ? 0 : 1);
  }
  std::string of_child(16, '\0');
  close(channel[1]);
  EXPECT_EQ(read(channel[0], of_child.data(), of_child.size()), 16);
  close(channel[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_NE(Draw(16), of_child);
}

}  // namespace
}  // namespace sallyport
