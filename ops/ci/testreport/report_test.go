package main

import (
	"strings"
	"testing"
)

func TestReportShowsFailuresAndSkipsWithReasons(t *testing.T) {
	t.Parallel()
	in := strings.Join([]string{
		`{"Action":"run","Package":"p","Test":"TestGood"}`,
		`{"Action":"output","Package":"p","Test":"TestGood","Output":"quiet\n"}`,
		`{"Action":"pass","Package":"p","Test":"TestGood"}`,
		`{"Action":"output","Package":"p","Test":"TestBad","Output":"    bad_test.go:3: want 1, got 2\n"}`,
		`{"Action":"fail","Package":"p","Test":"TestBad"}`,
		`{"Action":"output","Package":"p","Test":"TestKafka","Output":"=== RUN   TestKafka\n"}`,
		`{"Action":"output","Package":"p","Test":"TestKafka","Output":"    k_test.go:9: waits for a real Kafka: start one\n"}`,
		`{"Action":"output","Package":"p","Test":"TestKafka","Output":"--- SKIP: TestKafka (0.00s)\n"}`,
		`{"Action":"skip","Package":"p","Test":"TestKafka"}`,
		`{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}`,
		`{"Action":"fail","Package":"p"}`,
		`{"Action":"output","Package":"q","Output":"?   \tq\t[no test files]\n"}`,
		`{"Action":"skip","Package":"q"}`,
	}, "\n")
	want := `    bad_test.go:3: want 1, got 2
FAIL	p	0.1s
?   	q	[no test files]

1 tests passed, 1 failed, 1 skipped
  skipped p TestKafka: waits for a real Kafka: start one
`
	var out strings.Builder
	failed, err := report(strings.NewReader(in), &out)
	if err != nil || !failed {
		t.Errorf("report: failed %v, error %v", failed, err)
	}
	if out.String() != want {
		t.Errorf("want\n%s\ngot\n%s", want, out.String())
	}
}

func TestReportShowsThePanicThatTookThePackageDown(t *testing.T) {
	t.Parallel()
	in := `{"Action":"output","Package":"p","Test":"TestDown","Output":"panic: ouch\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}`
	var out strings.Builder
	failed, err := report(strings.NewReader(in), &out)
	if err != nil || !failed || !strings.Contains(out.String(), "panic: ouch") {
		t.Errorf("failed %v, error %v, output %q", failed, err, out.String())
	}
}

func TestReportKnowsABuildThatFails(t *testing.T) {
	t.Parallel()
	in := `{"ImportPath":"p","Action":"build-output","Output":"x.go:1: undefined: y\n"}
{"ImportPath":"p","Action":"build-fail"}`
	var out strings.Builder
	failed, err := report(strings.NewReader(in), &out)
	if err != nil || !failed || !strings.HasPrefix(out.String(), "x.go:1: undefined: y\n") {
		t.Errorf("failed %v, error %v, output %q", failed, err, out.String())
	}
}

func TestReportRefusesWhatIsNotAnEvent(t *testing.T) {
	t.Parallel()
	if failed, err := report(strings.NewReader("panic: at the disco\n"), &strings.Builder{}); err == nil || !failed {
		t.Errorf("failed %v, error %v", failed, err)
	}
}
