// A byte buffer whose memory is wiped whenever it is given back, also when the buffer grows: frames
// carry passwords. Owns its bytes; not thread-safe.
#ifndef SALLYPORT_CORE_AMQP_WIPED_BUFFER_H_
#define SALLYPORT_CORE_AMQP_WIPED_BUFFER_H_

#include <openssl/crypto.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace sallyport::amqp {

// WipingAllocator is std::allocator, with memory overwritten before it is freed.
template <typename T>
struct WipingAllocator {
  using value_type = T;

  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>&) {}

  T* allocate(size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, size_t count) {
    OPENSSL_cleanse(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }

  template <typename U>
  bool operator==(const WipingAllocator<U>&) const {
    return true;
  }
};

// WipedBuffer is a growing array of bytes that leaves no copy behind.
using WipedBuffer = std::vector<char, WipingAllocator<char>>;

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_WIPED_BUFFER_H_
