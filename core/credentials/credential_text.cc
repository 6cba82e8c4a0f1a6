#include "core/credentials/credential_text.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/crypto/base64.h"

namespace sallyport {
namespace {

absl::string_view Abseil(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

std::optional<Secret> Decode(std::string_view field, Base64Form form) {
  std::string padded;
  padded.reserve(field.size() + 3);
  padded.assign(field);
  if (form != Base64Form::kPadded) {
    if (field.ends_with('=')) return std::nullopt;
    padded.append((4 - field.size() % 4) % 4, '=');
  }
  if (form == Base64Form::kAdapted) std::replace(padded.begin(), padded.end(), '.', '+');
  std::optional<std::string> bytes = DecodeBase64(padded);
  Wipe(&padded);
  if (!bytes.has_value()) return std::nullopt;
  Secret secret(*bytes);
  Wipe(&*bytes);
  return secret;
}

}  // namespace

bool CredentialText::Upcoming(std::string_view expected) const {
  return status_.ok() && text_.substr(position_).starts_with(expected);
}

bool CredentialText::Skip(std::string_view expected) {
  if (!Upcoming(expected)) return false;
  position_ += expected.size();
  return true;
}

void CredentialText::Literal(std::string_view expected, std::string_view mistake) {
  if (!Skip(expected)) Fail(mistake);
}

uint32_t CredentialText::Number(std::string_view what, char end, uint32_t min, uint32_t max) {
  const size_t start = position_;
  const std::string_view digits = Field(what, end);
  uint32_t number = 0;
  const char* const last = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), last, number);
  if (error == std::errc() && stop == last && !digits.starts_with('0') && number >= min &&
      number <= max) {
    return number;
  }
  FailAt(start, absl::StrCat(Abseil(what), " is not a number from ", min, " to ", max));
  return 0;
}

Secret CredentialText::Base64(std::string_view what, char end, Base64Form form, SizeRange size) {
  const size_t start = position_;
  std::optional<Secret> bytes = Decode(Field(what, end), form);
  const char* const form_name =
      form == Base64Form::kPadded ? " is not base64" : " is not base64 without padding";
  if (!bytes.has_value()) {
    FailAt(start, absl::StrCat(Abseil(what), form_name));
  } else if (bytes->empty()) {
    FailAt(start, absl::StrCat(Abseil(what), " is empty"));
  } else if (bytes->size() < size.min || bytes->size() > size.max) {
    const std::string range =
        size.min == size.max ? absl::StrCat(size.min) : absl::StrCat(size.min, " to ", size.max);
    FailAt(start, absl::StrCat(Abseil(what), " does not have ", range, " bytes"));
  } else {
    return *std::move(bytes);
  }
  return Secret();
}

std::string_view CredentialText::Characters(std::string_view what, bool (*belongs)(char),
                                            SizeRange size) {
  if (!status_.ok()) return {};
  const std::string_view upcoming = text_.substr(position_, size.max);
  const auto end = std::find_if_not(upcoming.begin(), upcoming.end(), belongs);
  const std::string_view found = upcoming.substr(0, static_cast<size_t>(end - upcoming.begin()));
  if (found.size() < size.min) {
    FailAt(position_ + found.size(), absl::StrCat("not a character of ", Abseil(what)));
    return {};
  }
  position_ += found.size();
  return found;
}

std::string_view CredentialText::Rest() {
  if (!status_.ok()) return {};
  const std::string_view rest = text_.substr(position_);
  position_ = text_.size();
  return rest;
}

void CredentialText::End(std::string_view what) {
  if (position_ != text_.size()) Fail(absl::StrCat("there is more than ", Abseil(what)));
}

void CredentialText::FailAt(size_t position, std::string_view mistake) {
  if (!status_.ok()) return;
  status_ =
      absl::InvalidArgumentError(absl::StrCat("at position ", position + 1, ": ", Abseil(mistake)));
}

std::string_view CredentialText::Field(std::string_view what, char end) {
  if (!status_.ok()) return {};
  if (end == kEndOfText) return Rest();
  const std::string_view rest = text_.substr(position_);
  const size_t size = rest.find(end);
  if (size == std::string_view::npos) {
    FailAt(text_.size(),
           absl::StrCat("there is no '", std::string(1, end), "' to end ", Abseil(what)));
    return {};
  }
  position_ += size + 1;
  return rest.substr(0, size);
}

}  // namespace sallyport
