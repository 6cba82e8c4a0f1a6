#include "core/credentials/credential_entry.h"

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/credentials/credential_scheme.h"
#include "core/credentials/credential_text.h"
#include "core/credentials/parse_credential.h"

namespace sallyport {
namespace {

constexpr std::string_view kPassword = "password";
constexpr std::string_view kUserPassword = "userPassword-";
constexpr std::string_view kAuthPassword = "authPassword-";
constexpr std::string_view kInfo = "info";

// A name as an error shows it.
std::string Quoted(std::string_view name) {
  constexpr size_t kMaxShown = 64;
  const std::string_view shown = name.substr(0, kMaxShown);
  return absl::StrCat("'", absl::CEscape(absl::string_view(shown.data(), shown.size())),
                      shown.size() < name.size() ? "...'" : "'");
}

// What follows `start` without case; nullopt where the type begins otherwise.
std::optional<std::string> Behind(std::string_view start, std::string_view type) {
  if (!SameWithoutCase(type.substr(0, start.size()), start)) return std::nullopt;
  return std::string(type.substr(start.size()));
}

const CredentialScheme* SchemeOfType(std::string_view type) {
  if (SameWithoutCase(type, kPassword)) return FindScheme("CLEARTEXT");
  if (const auto name = Behind(kUserPassword, type)) {
    return FindSchemeByPrefix(absl::StrCat("{", *name, "}"));
  }
  if (const auto name = Behind(kAuthPassword, type)) {
    return FindSchemeByPrefix(absl::StrCat(*name, "$"));
  }
  return nullptr;
}

// The value of the parameter "info", where the type may have one.
absl::StatusOr<std::string> Info(const CredentialEntry& entry, bool expected) {
  std::optional<std::string> info;
  for (const auto& [name, value] : entry.parameters) {
    if (!expected || name != kInfo) {
      return absl::InvalidArgumentError(absl::StrCat("the credential type ", Quoted(entry.type),
                                                     " has no parameter ", Quoted(name)));
    }
    if (info.has_value()) {
      return absl::InvalidArgumentError("the parameter 'info' is given twice");
    }
    info = value;
  }
  if (expected && !info.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the credential type ", Quoted(entry.type),
                     " needs the parameter 'info', which is missing"));
  }
  return info.value_or("");
}

absl::Status InPart(const char* part, const CredentialEntry& entry, const absl::Status& mistake) {
  return absl::InvalidArgumentError(absl::StrCat(part, " of the credential of type ",
                                                 Quoted(entry.type), ", ", mistake.message()));
}

}  // namespace

absl::StatusOr<Credential> ParseCredentialEntry(const CredentialEntry& entry) {
  const CredentialScheme* const scheme = SchemeOfType(entry.type);
  if (scheme == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("the credential type ", Quoted(entry.type),
                     " is unknown; there are password, userPassword-<scheme> and "
                     "authPassword-<scheme> of a known scheme"));
  }
  const absl::StatusOr<std::string> info = Info(entry, scheme->IsAuthPassword());
  if (!info.ok()) return info.status();
  CredentialText info_text(*info, 0);
  CredentialText value_text(entry.value.view(), 0);
  absl::StatusOr<Credential> credential = scheme->IsAuthPassword()
                                              ? ReadAuthPassword(*scheme, info_text, value_text)
                                              : ReadUserPassword(*scheme, value_text);
  if (credential.ok()) return credential;
  if (!info_text.status().ok()) return InPart("the parameter 'info'", entry, info_text.status());
  return InPart("the value", entry, value_text.status());
}

CredentialEntry CredentialEntryOf(const Credential& credential) {
  if (const auto* cleartext = std::get_if<Cleartext>(&credential)) {
    return {std::string(kPassword), cleartext->password, {}};
  }
  const CredentialScheme& scheme = SchemeOf(credential);
  std::string text = FormatCredential(credential);
  const std::string_view body = std::string_view(text).substr(scheme.prefix.size());
  CredentialEntry entry;
  if (scheme.IsAuthPassword()) {
    const size_t separator = body.find('$');
    entry.type = absl::StrCat(std::string(kAuthPassword),
                              std::string(scheme.prefix.substr(0, scheme.prefix.size() - 1)));
    entry.parameters.emplace_back(kInfo, body.substr(0, separator));
    entry.value = Secret(body.substr(separator + 1));
  } else {
    entry.type = absl::StrCat(std::string(kUserPassword),
                              std::string(scheme.prefix.substr(1, scheme.prefix.size() - 2)));
    entry.value = Secret(body);
  }
  Wipe(&text);
  return entry;
}

}  // namespace sallyport
