// What it costs to count and to measure one login, by one thread and by several at once.

#include <benchmark/benchmark.h>

#include <chrono>
#include <optional>

#include "core/sasl/mechanism_registry.h"
#include "server/telemetry/login_metrics.h"

namespace sallyport::server {
namespace {

LoginMetrics& Metrics() {
  static LoginMetrics metrics;
  return metrics;
}

TenantCountSlots& Slots() {
  static TenantCountSlots slots(1);
  return slots;
}

void BM_CountALogin(benchmark::State& state) {
  const MechanismDescriptor* const plain = FindMechanism("PLAIN");
  for (auto _ : state) {
    Metrics().CountsOf(Slots(), 0, "default").Count(plain, std::nullopt);
  }
}
BENCHMARK(BM_CountALogin)->ThreadRange(1, 16)->UseRealTime();

void BM_ReadTheClock(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(LoginStages::Clock::now());
}
BENCHMARK(BM_ReadTheClock);

// As a PLAIN login that is answered from the caches does.
void BM_TimeALogin(benchmark::State& state) {
  for (auto _ : state) {
    LoginStages stages;
    stages.Start();
    stages.Lap(LoginStage::kPolicy);
    stages.Lap(LoginStage::kDecode);
    stages.Lap(LoginStage::kPolicy);
    stages.Lap(LoginStage::kDecode);
    stages.Lap(LoginStage::kStore);
    stages.Lap(LoginStage::kDecode);
    Metrics().Measure(stages, std::chrono::microseconds(300));
  }
}
BENCHMARK(BM_TimeALogin)->ThreadRange(1, 16)->UseRealTime();

}  // namespace
}  // namespace sallyport::server

BENCHMARK_MAIN();
