#include "core/sasl/mechanism_parameter.h"

#include <vector>

#include "gtest/gtest.h"

namespace sallyport {
namespace {

TEST(MechanismParameter, IsTheFirstOfItsName) {
  const std::vector<MechanismParameter> parameters = {{"realm", "a"}, {"realm", "b"}, {"i", ""}};
  EXPECT_EQ(FindParameter(parameters, "realm"), "a");
  EXPECT_EQ(FindParameter(parameters, "i"), "");
  EXPECT_EQ(FindParameter(parameters, "Realm"), std::nullopt);
}

TEST(MechanismParameter, IsReadFromNameAndValue) {
  const auto parameter = ParseParameter("realm=a=b");
  ASSERT_TRUE(parameter.has_value());
  EXPECT_EQ(parameter->name, "realm");
  EXPECT_EQ(parameter->value, "a=b");
  EXPECT_FALSE(parameter->critical);
  EXPECT_EQ(ParseParameter("realm=")->value, "");
  for (const char* wrong : {"", "realm", "=value", "="}) {
    EXPECT_FALSE(ParseParameter(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace sallyport
