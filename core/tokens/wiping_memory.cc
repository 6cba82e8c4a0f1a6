#include "core/tokens/wiping_memory.h"

#include <cjose/cjose.h>
#include <malloc.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace sallyport {
namespace {

void* Allocate(size_t size) { return std::malloc(size); }

void Release(void* block) {
  if (block == nullptr) return;
  OPENSSL_cleanse(block, malloc_usable_size(block));
  std::free(block);
}

void* Reallocate(void* block, size_t size) {
  void* const larger = Allocate(size);
  if (larger != nullptr && block != nullptr) {
    std::memcpy(larger, block, std::min(size, malloc_usable_size(block)));
    Release(block);
  }
  return larger;
}

bool Install() {
  // cjose offers the functions to OpenSSL as well, which wipes what it must by
  // itself, and takes none once it has allocated anything.
  OPENSSL_free(OPENSSL_malloc(1));
  cjose_set_alloc_funcs(&Allocate, &Reallocate, &Release);
  return true;
}

}  // namespace

void UseWipingMemory() { [[maybe_unused]] static const bool installed = Install(); }

}  // namespace sallyport
