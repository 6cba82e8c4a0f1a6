#ifndef SALLYPORT_CORE_CREDENTIALS_SECRET_H_
#define SALLYPORT_CORE_CREDENTIALS_SECRET_H_

// Bytes that must not outlive their use: passwords and keys. A Secret wipes its
// memory when it is destroyed, assigned to or moved from, is never printed, and
// is compared in constant time. Not thread-safe; const use from many threads is.

#include <cstddef>
#include <string>
#include <string_view>

namespace sallyport {

class Secret {
 public:
  Secret() = default;
  // Secret copies `bytes`; wiping the original is its owner's matter.
  explicit Secret(std::string_view bytes) : bytes_(bytes) {}
  Secret(const Secret& other) : bytes_(other.bytes_) {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  // Zeroed makes a secret of `size` zero bytes, to be filled through data().
  static Secret Zeroed(size_t size);

  // view is valid until the secret is next changed or destroyed.
  std::string_view view() const { return bytes_; }
  char* data() { return bytes_.data(); }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

  // Equals compares in time that depends on the lengths only.
  bool Equals(std::string_view other) const;

 private:
  void Wipe();

  std::string bytes_;
};

// Wipe overwrites `bytes` in a way that the compiler keeps, and clears it.
void Wipe(std::string* bytes);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_SECRET_H_
