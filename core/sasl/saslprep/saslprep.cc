#include "core/sasl/saslprep/saslprep.h"

#include <openssl/crypto.h>
#include <unicode/usprep.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace sallyport {
namespace {

// UTF-16, as ICU works in; wiped, since it may be a password.
class Utf16 {
 public:
  explicit Utf16(int32_t capacity) : units_(static_cast<size_t>(capacity)) {}
  Utf16(const Utf16&) = delete;
  Utf16& operator=(const Utf16&) = delete;
  ~Utf16() { OPENSSL_cleanse(units_.data(), units_.size() * sizeof(UChar)); }

  UChar* data() { return units_.data(); }
  const UChar* data() const { return units_.data(); }
  int32_t capacity() const { return static_cast<int32_t>(units_.size()); }
  int32_t length = 0;

 private:
  std::vector<UChar> units_;
};

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char byte) { return byte >= 0x20 && byte <= 0x7e; });
}

// Opened once, and kept for the life of the process; null where ICU has no data.
const UStringPrepProfile* Profile() {
  static const UStringPrepProfile* const profile = [] {
    UErrorCode status = U_ZERO_ERROR;
    UStringPrepProfile* opened = usprep_openByType(USPREP_RFC4013_SASLPREP, &status);
    return U_SUCCESS(status) ? opened : nullptr;
  }();
  return profile;
}

std::optional<std::string> ToUtf8(const Utf16& text) {
  constexpr int32_t kMaxBytesPerUnit = 3;
  std::string bytes(static_cast<size_t>(text.length) * kMaxBytesPerUnit, '\0');
  int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strToUTF8(bytes.data(), static_cast<int32_t>(bytes.size()), &length, text.data(), text.length,
              &status);
  if (U_FAILURE(status)) {
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return std::nullopt;
  }
  bytes.resize(static_cast<size_t>(length));
  return bytes;
}

std::optional<std::string> Prepare(std::string_view text, int32_t options) {
  if (text.size() > kMaxSaslPrepSize) return std::nullopt;
  if (IsPrintableAscii(text)) return std::string(text);
  const UStringPrepProfile* const profile = Profile();
  if (profile == nullptr) return std::nullopt;

  UErrorCode status = U_ZERO_ERROR;
  Utf16 source(static_cast<int32_t>(text.size()));
  u_strFromUTF8(source.data(), source.capacity(), &source.length, text.data(),
                static_cast<int32_t>(text.size()), &status);
  if (U_FAILURE(status)) return std::nullopt;

  // No code point grows to more than 18 under NFKC (UAX #15).
  constexpr int32_t kMaxExpansion = 18;
  Utf16 prepared(source.length * kMaxExpansion);
  prepared.length = usprep_prepare(profile, source.data(), source.length, prepared.data(),
                                   prepared.capacity(), options, nullptr, &status);
  if (U_FAILURE(status)) return std::nullopt;
  return ToUtf8(prepared);
}

}  // namespace

std::optional<std::string> SaslPrepQuery(std::string_view text) {
  return Prepare(text, USPREP_ALLOW_UNASSIGNED);
}

std::optional<std::string> SaslPrepStored(std::string_view text) {
  return Prepare(text, USPREP_DEFAULT);
}

}  // namespace sallyport
