#ifndef SALLYPORT_CORE_CRYPTO_RANDOM_SOURCE_H_
#define SALLYPORT_CORE_CRYPTO_RANDOM_SOURCE_H_

// Where nonces and salts come from. The core is handed one, so that a test can
// replay a published exchange.

#include <span>

namespace sallyport {

class RandomSource {
 public:
  virtual ~RandomSource() = default;

  // Fill overwrites `out` with random bytes. False when none can be had: the
  // caller must refuse.
  [[nodiscard]] virtual bool Fill(std::span<char> out) = 0;
};

// SystemRandom is OpenSSL's generator, drawn in blocks that each thread keeps
// for itself. What was handed out is wiped from the block, and a forked child
// begins a new one. Thread-safe; lives as long as the process.
RandomSource& SystemRandom();

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CRYPTO_RANDOM_SOURCE_H_
