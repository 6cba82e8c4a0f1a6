#ifndef SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_TEXT_H_
#define SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_TEXT_H_

// Reads a stored secret's text from left to right. The first mistake is kept with
// its position and ends the reading: whatever is asked for after it is empty, so a
// caller looks at status() once, at the end. Internal to core/credentials.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "core/credentials/secret.h"

namespace sallyport {

// Base64Form is with padding, or without as in a PHC string, or without and with '.'
// in the place of '+', which is accepted as well: some have written it.
enum class Base64Form : uint8_t { kPadded, kUnpadded, kAdapted };

// SizeRange is what a field may have, in bytes; of base64, after decoding.
struct SizeRange {
  size_t min;
  size_t max;
};

class CredentialText {
 public:
  // kEndOfText as a field's end: the field is all that is left.
  static constexpr char kEndOfText = '\0';

  // CredentialText begins at `position`; `text` has to outlive it.
  CredentialText(std::string_view text, size_t position) : text_(text), position_(position) {}

  // Upcoming tells whether `expected` is next.
  bool Upcoming(std::string_view expected) const;

  // Skip passes over `expected` if it is next, and tells whether it was.
  bool Skip(std::string_view expected);

  // Literal passes over `expected`; if it is not next, `mistake` is the error.
  void Literal(std::string_view expected, std::string_view mistake);

  // Number reads a decimal in its shortest form, and the `end` behind it.
  uint32_t Number(std::string_view what, char end, uint32_t min, uint32_t max);

  // Base64 reads bytes, and the `end` behind them.
  Secret Base64(std::string_view what, char end, Base64Form form, SizeRange size);

  // Characters reads as many of those that `belongs` knows as there are, up to the
  // greatest size.
  std::string_view Characters(std::string_view what, bool (*belongs)(char), SizeRange size);

  // Rest reads all that is left.
  std::string_view Rest();

  // End makes it a mistake that anything is left.
  void End(std::string_view what);

  // Fail makes `mistake` the error at the present position, if it is the first.
  void Fail(std::string_view mistake) { FailAt(position_, mistake); }

  // FailAt makes `mistake` the error at `position`, if it is the first.
  void FailAt(size_t position, std::string_view mistake);

  // position is where the next read begins, counted from 0.
  size_t position() const { return position_; }

  // status names the first mistake and where it is, counted from 1.
  const absl::Status& status() const { return status_; }

 private:
  std::string_view Field(std::string_view what, char end);

  std::string_view text_;
  size_t position_;
  absl::Status status_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_TEXT_H_
