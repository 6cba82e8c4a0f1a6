#ifndef SALLYPORT_TESTS_REQUIREMENTS_H_
#define SALLYPORT_TESTS_REQUIREMENTS_H_

// How a test says which requirements it covers, so that its report shows it and
// tools/check_requirements can prove that the test ran and passed.

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace sallyport {

// Covers records `ids` in the report of the test that runs. Once in a test.
inline void Covers(std::initializer_list<std::string_view> ids) {
  std::string joined;
  for (const std::string_view id : ids) joined.append(joined.empty() ? "" : " ").append(id);
  testing::Test::RecordProperty("requirements", joined);
}

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_REQUIREMENTS_H_
