#ifndef SALLYPORT_TESTS_SERVER_ADMIN_AUDIT_CHANGES_H_
#define SALLYPORT_TESTS_SERVER_ADMIN_AUDIT_CHANGES_H_

// The changes in an audit log.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sallyport::server {

// ReadChanges are the lines of the log at `path` that tell of changes.
inline std::vector<nlohmann::json> ReadChanges(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::vector<nlohmann::json> changes;
  for (std::string line; std::getline(file, line);) {
    nlohmann::json change = nlohmann::json::parse(line, nullptr, false);
    EXPECT_FALSE(change.is_discarded()) << line;
    if (change.value("kind", "") == "change") changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_ADMIN_AUDIT_CHANGES_H_
