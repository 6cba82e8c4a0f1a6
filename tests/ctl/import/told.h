#ifndef SALLYPORT_TESTS_CTL_IMPORT_TOLD_H_
#define SALLYPORT_TESTS_CTL_IMPORT_TOLD_H_

// What an import gave, for comparison. In tests only.

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/credentials/key_derivation.h"
#include "ctl/import/imported_user.h"
#include "gtest/gtest.h"

namespace sallyport::ctl {

inline std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::string> Names(const Import& import) {
  std::vector<std::string> names;
  for (const ImportedUser& user : import.users) names.push_back(user.name);
  return names;
}

// "place: what" of each.
inline std::vector<std::string> Problems(const Import& import) {
  std::vector<std::string> problems;
  for (const ImportProblem& problem : import.problems) {
    problems.push_back(absl::StrCat(problem.place, ": ", problem.what));
  }
  return problems;
}

// The user of that name; that there is none is a test failure.
inline ImportedUser UserOf(const Import& import, std::string_view name) {
  for (const ImportedUser& user : import.users) {
    if (user.name == name) return user;
  }
  ADD_FAILURE() << "no user " << name;
  return {};
}

inline std::vector<std::string> Texts(const ImportedUser& user) {
  std::vector<std::string> texts;
  for (const Secret& text : user.credentials) texts.emplace_back(text.view());
  return texts;
}

// Whether any of the user's credentials is of the password.
inline bool Takes(const ImportedUser& user, std::string_view password) {
  PasswordCheck check{Secret(password), {}};
  for (const Secret& text : user.credentials) {
    absl::StatusOr<Credential> credential = ParseCredential(text.view());
    EXPECT_TRUE(credential.ok()) << credential.status();
    if (credential.ok()) check.credentials.push_back(*std::move(credential));
  }
  const DerivationAnswer answer = Derive(check);
  const auto* const verdict = std::get_if<PasswordVerdict>(&answer);
  return verdict != nullptr && verdict->matches;
}

}  // namespace sallyport::ctl

#endif  // SALLYPORT_TESTS_CTL_IMPORT_TOLD_H_
