#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/crypto/random_source.h"

namespace sallyport {
namespace {

constexpr size_t kBlockSize = 512;

// Counts the forks between this process and the first, so that a child does not
// hand out what is left of its parent's block.
std::atomic<uint32_t> fork_generation{0};

void CountFork() { fork_generation.fetch_add(1, std::memory_order_relaxed); }

bool Generate(std::span<char> out) {
  if (out.size() > size_t{std::numeric_limits<int>::max()}) return false;
  return RAND_priv_bytes(reinterpret_cast<unsigned char*>(out.data()),
                         static_cast<int>(out.size())) == 1;
}

// Block is one thread's stock of random bytes; those handed out are wiped.
class Block {
 public:
  ~Block() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  bool Take(std::span<char> out) {
    const uint32_t generation = fork_generation.load(std::memory_order_relaxed);
    if (generation != generation_ || kBlockSize - used_ < out.size()) {
      used_ = kBlockSize;
      if (!Generate(bytes_)) return false;
      used_ = 0;
      generation_ = generation;
    }
    std::memcpy(out.data(), bytes_.data() + used_, out.size());
    OPENSSL_cleanse(bytes_.data() + used_, out.size());
    used_ += out.size();
    return true;
  }

 private:
  std::array<char, kBlockSize> bytes_{};
  size_t used_ = kBlockSize;
  uint32_t generation_ = 0;
};

class OpensslRandom final : public RandomSource {
 public:
  OpensslRandom() : notices_forks_(pthread_atfork(nullptr, nullptr, &CountFork) == 0) {}

  bool Fill(std::span<char> out) override {
    if (out.empty()) return true;
    // A block that could outlive a fork unnoticed is not kept at all.
    if (out.size() > kBlockSize || !notices_forks_) return Generate(out);
    thread_local Block block;
    return block.Take(out);
  }

 private:
  const bool notices_forks_;
};

}  // namespace

RandomSource& SystemRandom() {
  // Never destroyed: threads may still draw while the process exits.
  static auto* const source = new OpensslRandom;
  return *source;
}

}  // namespace sallyport
