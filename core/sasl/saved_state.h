#ifndef SALLYPORT_CORE_SASL_SAVED_STATE_H_
#define SALLYPORT_CORE_SASL_SAVED_STATE_H_

// How the state of a handshake is written down, to go on from it elsewhere: a
// plain sequence of numbers and strings, read back in the order in which it was
// written. What is written is meant to be sealed at once; buffers are wiped.
// Not thread-safe.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/credentials/secret.h"

namespace sallyport {

// StateWriter writes a state.
class StateWriter {
 public:
  StateWriter() = default;
  ~StateWriter() { Wipe(&bytes_); }
  StateWriter(const StateWriter&) = delete;
  StateWriter& operator=(const StateWriter&) = delete;

  // Number takes 1 byte below 128, and up to 10.
  void Number(uint64_t value);

  // Bytes takes the value's size and that of its length.
  void Bytes(std::string_view value);

  // view is valid until the next write.
  std::string_view view() const { return bytes_; }

 private:
  std::string bytes_;
};

// StateReader reads a state. A read that the bytes do not bear gives zero or an
// empty view, and so does every one after it: the caller asks at_end() when it
// has read all.
class StateReader {
 public:
  // `bytes` must outlive the reader.
  explicit StateReader(std::string_view bytes) : rest_(bytes) {}

  uint64_t Number();

  // Bytes is valid as long as what the reader was given.
  std::string_view Bytes();

  // Fail makes the state count as unreadable: a value is out of its range.
  void Fail() { ok_ = false; }

  // ok is whether every read was good so far.
  bool ok() const { return ok_; }

  // left is how many bytes were not read yet.
  size_t left() const { return rest_.size(); }

  // at_end is whether every read was good and nothing is left.
  bool at_end() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SAVED_STATE_H_
