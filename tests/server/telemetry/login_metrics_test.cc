#include "server/telemetry/login_metrics.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "core/sasl/mechanism_registry.h"

namespace sallyport::server {
namespace {

const MechanismDescriptor& Plain() { return *FindMechanism("PLAIN"); }

// By tenant, mechanism and reason ("" for none).
std::map<std::tuple<std::string, std::string, std::string>, uint64_t> Read(
    const LoginMetrics& metrics) {
  std::map<std::tuple<std::string, std::string, std::string>, uint64_t> all;
  metrics.ForEach([&](const std::string& tenant, const LoginCounts& counts) {
    counts.ForEach([&](const MechanismDescriptor* mechanism, std::optional<FailureReason> reason,
                       uint64_t logins) {
      all[{tenant, std::string(mechanism == nullptr ? "" : mechanism->name),
           std::string(reason ? ReasonName(*reason) : "")}] += logins;
    });
  });
  return all;
}

TEST(LoginMetrics, CountsByTenantMechanismAndReason) {
  LoginMetrics metrics;
  TenantCountSlots slots(2);
  metrics.CountsOf(slots, 0, "blue").Count(&Plain(), std::nullopt);
  metrics.CountsOf(slots, 0, "blue").Count(&Plain(), std::nullopt);
  metrics.CountsOf(slots, 0, "blue").Count(&Plain(), FailureReason::kBadCredentials);
  metrics.CountsOf(slots, 1, "red").Count(nullptr, FailureReason::kMechanismNotOffered);
  metrics.without_tenant().Count(nullptr, FailureReason::kDraining);
  const auto counted = Read(metrics);
  EXPECT_EQ(counted.size(), 4u);
  EXPECT_EQ(counted.at({"blue", "PLAIN", ""}), 2u);
  EXPECT_EQ(counted.at({"blue", "PLAIN", "bad_credentials"}), 1u);
  EXPECT_EQ(counted.at({"red", "", "mechanism_not_offered"}), 1u);
  EXPECT_EQ(counted.at({"", "", "draining"}), 1u);
}

TEST(LoginMetrics, TakesADescriptorThatIsNotOfTheRegistryForNone) {
  LoginMetrics metrics;
  const MechanismDescriptor copy = Plain();
  metrics.without_tenant().Count(&copy, std::nullopt);
  EXPECT_EQ(Read(metrics).count({"", "", ""}), 1u);
}

TEST(LoginMetrics, GoesOnCountingUnderTheNextPolicy) {
  LoginMetrics metrics;
  TenantCountSlots before(1), after(2);
  metrics.CountsOf(before, 0, "blue").Count(&Plain(), std::nullopt);
  metrics.CountsOf(after, 1, "blue").Count(&Plain(), std::nullopt);
  EXPECT_EQ(Read(metrics).at({"blue", "PLAIN", ""}), 2u);
}

TEST(LoginMetrics, TellsOnlySoManyTenantsApart) {
  LoginMetrics metrics(/*max_tenants=*/2);
  TenantCountSlots slots(5);
  const std::vector<std::string> names = {"a", "b", "c", "d", "other"};
  for (size_t i = 0; i < names.size(); ++i) {
    metrics.CountsOf(slots, i, names[i]).Count(&Plain(), std::nullopt);
  }
  const auto counted = Read(metrics);
  EXPECT_EQ(counted.size(), 3u);
  EXPECT_EQ(counted.at({"a", "PLAIN", ""}), 1u);
  EXPECT_EQ(counted.at({"other", "PLAIN", ""}), 3u);
}

TEST(LoginMetrics, ATenantThatIsGoneMakesRoom) {
  LoginMetrics metrics(/*max_tenants=*/1);
  auto before = std::make_unique<TenantCountSlots>(1);
  LoginCounts& gone = metrics.CountsOf(*before, 0, "gone");
  gone.Count(&Plain(), std::nullopt);
  metrics.KeepOnly([] { return absl::flat_hash_set<std::string>{"new"}; });
  // A login that began under the policy before ends now.
  gone.Count(&Plain(), std::nullopt);
  EXPECT_TRUE(Read(metrics).empty());
  before.reset();
  TenantCountSlots after(2);
  metrics.CountsOf(after, 0, "new").Count(&Plain(), std::nullopt);
  EXPECT_EQ(Read(metrics).at({"new", "PLAIN", ""}), 1u);
  metrics.KeepOnly([] { return absl::flat_hash_set<std::string>{"new"}; });
  EXPECT_EQ(Read(metrics).at({"new", "PLAIN", ""}), 1u);
}

TEST(LoginMetrics, LosesNothingOfManyThreads) {
  LoginMetrics metrics;
  TenantCountSlots slots(50);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (size_t j = 0; j < 5000; ++j) {
        const size_t tenant = j % 50;
        metrics.CountsOf(slots, tenant, "t" + std::to_string(tenant))
            .Count(&Mechanisms()[j % Mechanisms().size()], std::nullopt);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  uint64_t logins = 0;
  for (const auto& [labels, count] : Read(metrics)) logins += count;
  EXPECT_EQ(logins, 8u * 5000u);
}

TEST(LoginMetrics, MeasuresOnlyTheStagesThatALoginWasIn) {
  LoginMetrics metrics;
  LoginStages stages;
  stages.Start();
  while (LoginStages::Clock::now() == stages.since()) {
  }
  stages.Lap(LoginStage::kPolicy);
  metrics.Measure(stages, std::chrono::seconds(2));
  const auto in = [&](LoginStage stage) { return metrics.stage(stage).Read().sum_seconds > 0; };
  EXPECT_TRUE(in(LoginStage::kPolicy));
  EXPECT_FALSE(in(LoginStage::kDecode));
  EXPECT_FALSE(in(LoginStage::kStore));
  EXPECT_NEAR(metrics.whole().Read().sum_seconds, 2, 1e-9);
}

}  // namespace
}  // namespace sallyport::server
