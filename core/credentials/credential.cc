#include "core/credentials/credential.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "core/credentials/credential_scheme.h"
#include "core/credentials/credential_text.h"
#include "core/credentials/parse_credential.h"

namespace sallyport {
namespace {

size_t SkipSpaces(std::string_view text, size_t position) {
  return std::min(text.find_first_not_of(' ', position), text.size());
}

// The end, not before `start`, that leaves out the spaces before `end`.
size_t WithoutSpaces(std::string_view text, size_t start, size_t end) {
  while (end > start && text[end - 1] == ' ') --end;
  return end;
}

// Where the scheme's part of an authPassword value ends, behind the '$' and the spaces
// around it; nullopt if the scheme is another.
std::optional<size_t> EndOfAuthPasswordScheme(std::string_view text, std::string_view prefix) {
  prefix.remove_suffix(1);
  size_t position = SkipSpaces(text, 0);
  if (!SameWithoutCase(text.substr(position, prefix.size()), prefix)) return std::nullopt;
  position = SkipSpaces(text, position + prefix.size());
  if (position == text.size() || text[position] != '$') return std::nullopt;
  return SkipSpaces(text, position + 1);
}

absl::StatusOr<Credential> ParseAuthPassword(const CredentialScheme& scheme, std::string_view text,
                                             size_t start) {
  const size_t separator = std::min(text.find('$', start), text.size());
  CredentialText info(text.substr(0, WithoutSpaces(text, start, separator)), start);
  if (separator == text.size()) {
    CredentialText value(text, text.size());
    value.Fail("there is no '$' to end the salt");
    return ReadAuthPassword(scheme, info, value);
  }
  const size_t value_start = SkipSpaces(text, separator + 1);
  const size_t end = WithoutSpaces(text, value_start, text.size());
  CredentialText value(text.substr(0, end), value_start);
  return ReadAuthPassword(scheme, info, value);
}

bool Begins(std::string_view text, std::string_view prefix) {
  return !prefix.empty() && SameWithoutCase(text.substr(0, prefix.size()), prefix);
}

}  // namespace

absl::StatusOr<Credential> ParseCredential(std::string_view text) {
  for (const CredentialScheme& scheme : kCredentialSchemes) {
    if (scheme.IsAuthPassword()) {
      const std::optional<size_t> start = EndOfAuthPasswordScheme(text, scheme.prefix);
      if (start.has_value()) return ParseAuthPassword(scheme, text, *start);
      continue;
    }
    for (const std::string_view prefix : {scheme.prefix, scheme.alias}) {
      if (!Begins(text, prefix)) continue;
      CredentialText value(text, prefix.size());
      return ReadUserPassword(scheme, value);
    }
  }
  return absl::InvalidArgumentError("at position 1: the scheme is unknown");
}

std::string_view FindCredentialScheme(std::string_view name) {
  const CredentialScheme* const scheme = FindScheme(name);
  return scheme == nullptr ? std::string_view() : scheme->name;
}

std::string_view SchemeName(const Credential& credential) { return SchemeOf(credential).name; }

uint32_t CredentialIterations(const Credential& credential) {
  if (const auto* scram = std::get_if<ScramKeys>(&credential)) return scram->iterations;
  if (const auto* pbkdf2 = std::get_if<Pbkdf2Hash>(&credential)) return pbkdf2->iterations;
  if (const auto* argon2 = std::get_if<Argon2Hash>(&credential)) return argon2->passes;
  return 0;
}

}  // namespace sallyport
