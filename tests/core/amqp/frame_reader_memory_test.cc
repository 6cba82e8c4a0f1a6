// What a FrameReader does to the heap: this program counts what is allocated, and looks for the
// peer's bytes in what is freed.

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "core/amqp/frame_reader.h"
#include "tests/core/amqp/frame_trace.h"

namespace {

constexpr std::string_view kSecret = "correct horse battery staple";

size_t live_bytes = 0;
bool secret_was_freed = false;

}  // namespace

void* operator new(size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  live_bytes += malloc_usable_size(memory);
  return memory;
}

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  const size_t size = malloc_usable_size(memory);
  live_bytes -= size;
  const std::string_view bytes(static_cast<const char*>(memory), size);
  if (bytes.find(kSecret) != std::string_view::npos) secret_was_freed = true;
  std::free(memory);
}

void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

namespace sallyport::amqp {
namespace {

void FeedBytewise(std::string_view bytes, FrameReader* reader) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string_view input = bytes.substr(i, 1);
    ASSERT_FALSE(std::holds_alternative<DecodeError>(reader->Next(&input)));
  }
}

TEST(FrameReaderMemory, GrowsWithWhatArrivesAndNotWithWhatIsClaimed) {
  const std::string start = FromHex("00fffff0 02010000") + std::string(92, 'x');
  const size_t before = live_bytes;
  FrameReader reader(1 << 24);
  FeedBytewise(start, &reader);
  EXPECT_EQ(reader.buffered(), 100u);
  EXPECT_GE(live_bytes - before, 100u);
  EXPECT_LE(live_bytes - before, 300u);
}

TEST(FrameReaderMemory, IsGivenBackBetweenFrames) {
  const std::string frame = FromHex("000000c8 02010000") + std::string(192, 'x');
  FrameReader reader(512);
  const size_t before = live_bytes;
  FeedBytewise(frame, &reader);
  std::string_view nothing;
  EXPECT_TRUE(std::holds_alternative<std::monostate>(reader.Next(&nothing)));
  EXPECT_EQ(live_bytes, before);
}

TEST(FrameReaderMemory, IsWipedWhenItGrowsAndWhenItIsGivenBack) {
  std::string frame = FromHex("00000100 02010000") + std::string(kSecret);
  frame.resize(256, 'x');
  secret_was_freed = false;
  {
    FrameReader partial(512);
    FeedBytewise(std::string_view(frame).substr(0, 200), &partial);
    FrameReader whole(512);
    FeedBytewise(frame, &whole);
    std::string_view nothing;
    whole.Next(&nothing);
  }
  EXPECT_FALSE(secret_was_freed);
}

}  // namespace
}  // namespace sallyport::amqp
