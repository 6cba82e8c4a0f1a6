#include "policy/name_index.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace sallyport::policy {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

bool HasUpper(std::string_view text) {
  return std::any_of(text.begin(), text.end(), absl::ascii_isupper);
}

// A host's name with a dot at its end is the same name (RFC 1034 section 3.1).
std::string_view WithoutRoot(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

// Whether a pattern may take `host`: what is no name at all is nobody's. Bytes from 128 on are
// UTF-8, and for whoever wrote them.
bool MayBeHost(std::string_view host) {
  if (host.empty() || host.front() == '.' || host.find("..") != std::string_view::npos) {
    return false;
  }
  return std::none_of(host.begin(), host.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f || c == '/' || c == '\\' || c == '@' || c == '*';
  });
}

}  // namespace

const char* NameIndex::Problem(std::string_view pattern) const {
  if (pattern.empty()) return "expected a name that is not empty";
  const size_t asterisk = pattern.find('*');
  if (kind_ == Kind::kPrefix) {
    if (asterisk == std::string_view::npos) return nullptr;
    return asterisk == pattern.size() - 1 ? nullptr
                                          : "expected an asterisk at the end only, as in 'acme-*'";
  }
  if (pattern == "*") return nullptr;
  if (asterisk != std::string_view::npos) {
    if (!pattern.starts_with("*.") || pattern.rfind('*') != 0) {
      return "expected an asterisk in front only, as in '*.acme.example'";
    }
    pattern.remove_prefix(2);
  }
  return MayBeHost(WithoutRoot(pattern)) ? nullptr : "expected a host's name, as in 'acme.example'";
}

std::optional<uint32_t> NameIndex::Add(std::string_view pattern, uint32_t value) {
  std::string key(kind_ == Kind::kHost ? WithoutRoot(pattern) : pattern);
  if (kind_ == Kind::kHost) absl::AsciiStrToLower(&key);
  const bool is_pattern = key.find('*') != std::string::npos;
  if (is_pattern) {
    key.erase(key.find('*'), 1);
    lengths_.insert(key.size());
  }
  const auto [entry, added] = (is_pattern ? patterns_ : exact_).emplace(std::move(key), value);
  if (added) return std::nullopt;
  return entry->second;
}

std::optional<uint32_t> NameIndex::Find(std::string_view name) const {
  if (empty()) return std::nullopt;
  if (kind_ == Kind::kHost) {
    name = WithoutRoot(name);
    if (!MayBeHost(name)) return std::nullopt;
    if (HasUpper(name)) return FindAsItIs(absl::AsciiStrToLower(View(name)));
  }
  return FindAsItIs(name);
}

std::optional<uint32_t> NameIndex::FindAsItIs(std::string_view name) const {
  const auto found = exact_.find(View(name));
  if (found != exact_.end()) return found->second;
  return FindPattern(name);
}

std::optional<uint32_t> NameIndex::FindPattern(std::string_view name) const {
  for (const size_t length : lengths_) {
    // Something must stand for the asterisk in front of a host's suffix.
    if (length > name.size() || (kind_ == Kind::kHost && length > 0 && length == name.size())) {
      continue;
    }
    const std::string_view part =
        kind_ == Kind::kHost ? name.substr(name.size() - length) : name.substr(0, length);
    const auto found = patterns_.find(View(part));
    if (found != patterns_.end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace sallyport::policy
