// What a policy costs: to load, by how many tenants it has and whether they have rules of
// their own, and to ask at each login, which should not depend on that.
//
//   bazel run --config=opt //bench/micro:policy_benchmark

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "policy/diff.h"
#include "policy/policy.h"

namespace sallyport::policy {
namespace {

std::string PolicyOf(int64_t tenants, bool own_rules) {
  std::string text =
      "stores: [{name: main, sqlite: {path: /x.db}}]\n"
      "rules: {stores: [{store: main}]}\n"
      "listeners: [{name: amqps, rules: {require_tls: true}}, {name: '*'}]\n"
      "tenants:\n";
  for (int64_t i = 0; i < tenants; ++i) {
    absl::StrAppend(&text, "  - name: t", i, "\n    hostnames: [t", i, ".example, '*.t", i,
                    ".example']\n");
    // No two alike.
    if (own_rules) {
      absl::StrAppend(&text, "    rules: {mechanisms: [SCRAM-SHA-256, PLAIN], act_as: [{users: [u",
                      i, "], as_pattern: 'x", i, "-.*'}]}\n");
    }
  }
  return text;
}

absl::StatusOr<std::shared_ptr<const Policy>> Load(std::string text) {
  auto document = PolicyDocument::FromText(std::move(text), "p.yaml");
  if (!document.ok()) return document.status();
  return Policy::Compile(*std::move(document),
                         {.decoy_key = Secret("0123456789abcdef0123456789abcdef"), .kerberos = {}});
}

void BM_Load(benchmark::State& state) {
  const std::string text = PolicyOf(state.range(0), state.range(1) != 0);
  for (auto _ : state) {
    auto policy = Load(text);
    if (!policy.ok()) return state.SkipWithError(std::string(policy.status().message()).c_str());
    benchmark::DoNotOptimize(policy);
  }
  state.counters["bytes"] = static_cast<double>(text.size());
}
BENCHMARK(BM_Load)
    ->ArgNames({"tenants", "own_rules"})
    ->Args({10, 1})
    ->Args({10'000, 0})
    ->Args({10'000, 1})
    ->Unit(benchmark::kMillisecond);

void BM_Parse(benchmark::State& state) {
  const std::string text = PolicyOf(state.range(0), state.range(1) != 0);
  for (auto _ : state) benchmark::DoNotOptimize(PolicyDocument::FromText(text, "p.yaml"));
}
BENCHMARK(BM_Parse)
    ->ArgNames({"tenants", "own_rules"})
    ->Args({10'000, 0})
    ->Args({10'000, 1})
    ->Unit(benchmark::kMillisecond);

void BM_Diff(benchmark::State& state) {
  const auto before = Load(PolicyOf(state.range(0), true));
  const auto after = Load(PolicyOf(state.range(0), true) + "default_tenant: t0\n");
  for (auto _ : state) {
    benchmark::DoNotOptimize(Diff((*before)->policy(), (*after)->policy()));
  }
}
BENCHMARK(BM_Diff)->ArgName("tenants")->Arg(10'000)->Unit(benchmark::kMillisecond);

// The host is named, is below a pattern, or is nobody's.
void BM_AtInit(benchmark::State& state, const char* before, const char* after) {
  const auto policy = Load(PolicyOf(state.range(0), true));
  const std::string hostname = absl::StrCat(before, state.range(0) / 2, after);
  const LoginOrigin origin = {.listener = "amqps", .server_name = "", .broker = nullptr};
  for (auto _ : state) benchmark::DoNotOptimize((*policy)->AtInit(origin, hostname, nullptr));
}
BENCHMARK_CAPTURE(BM_AtInit, Named, "t", ".example")->ArgName("tenants")->Arg(10)->Arg(10'000);
BENCHMARK_CAPTURE(BM_AtInit, Below, "a.b.t", ".example")->ArgName("tenants")->Arg(10)->Arg(10'000);
BENCHMARK_CAPTURE(BM_AtInit, Nobodys, "x", ".example.com")
    ->ArgName("tenants")
    ->Arg(10)
    ->Arg(10'000);

}  // namespace
}  // namespace sallyport::policy

BENCHMARK_MAIN();
