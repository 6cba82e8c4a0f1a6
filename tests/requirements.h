#ifndef SALLYPORT_TESTS_REQUIREMENTS_H_
#define SALLYPORT_TESTS_REQUIREMENTS_H_

// How a test says which requirements it covers, so that its report shows it and
// tools/check_requirements can prove that the test ran and passed.

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace sallyport {

// Covers records `ids` in the report of the test that runs. Once in a test, which
// fails at the second call: that would take the place of the first.
inline void Covers(std::initializer_list<std::string_view> ids) {
  const testing::TestResult& so_far =
      *testing::UnitTest::GetInstance()->current_test_info()->result();
  for (int i = 0; i < so_far.test_property_count(); ++i) {
    if (so_far.GetTestProperty(i).key() != std::string_view("requirements")) continue;
    ADD_FAILURE() << "Covers was called before";
    return;
  }
  std::string joined;
  for (const std::string_view id : ids) joined.append(joined.empty() ? "" : " ").append(id);
  testing::Test::RecordProperty("requirements", joined);
}

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_REQUIREMENTS_H_
