package config

import (
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tsps are those of an installation.
func tsps() TSPs {
	return TSPs{"samsara": {"messages.write", "messages.read", "org"}, "motive": {"all"}, "geotab": {"calls"}, "fleet_x": {"all"}}
}

// compare looks into address ranges, which go-cmp cannot.
var compare = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

func TestTheEnvironmentReplacesDefaults(t *testing.T) {
	t.Parallel()
	got, wrong := FromEnv([]string{"WAYBILL_ADDR=0.0.0.0:80", "WAYBILL_MAX_AGE=1h30m", "WAYBILL_SETTLING=45s", "WAYBILL_LOG_LEVEL=Warn", "WAYBILL_UNKNOWN_PARAMETERS=ignore", "WAYBILL_OUTBOUND_PROXY=Names",
		"HTTPS_PROXY=http://proxy:3128", "WAYBILL_FLEETS=on_purpose", "WAYBILL_SEAL_AT_REST=on",
		"WAYBILL_ADMIN_ADDR=:9090", "WAYBILL_ADMIN_REMOTE=on", "WAYBILL_DRAIN_DELAY=15s",
		"WAYBILL_TRACES_URL=http://127.0.0.1:4318", "WAYBILL_TRACES_HEADERS=authorization=Basic%20a%3D%2Cb, x-team=fleet",
		"WAYBILL_TRACES_RATIO=0.25", "WAYBILL_TRACES_TO_RECEIVERS=on",
		"WAYBILL_MAX_SUBSCRIPTIONS=20",
		"WAYBILL_MAX_CONNECTIONS=77", "WAYBILL_TLS_CERT=c.pem", "WAYBILL_TLS_KEY=k.pem", "WAYBILL_RATE_CLIENT=7/s", "WAYBILL_RATE_PARTNER=8/m", "WAYBILL_RATE_TOKEN=9/h", "WAYBILL_RATE_ADDRESS=10/s", "WAYBILL_TRUSTED_PROXIES=10.1.0.0/16,::1/128",
		"WAYBILL_OUTBOUND_ALLOW=10.0.0.0/8, 192.168.1.0/24", "WAYBILL_TSP_SAMSARA_BASE_URL=http://127.0.0.1:9101/",
		"WAYBILL_TSP_SAMSARA_LIMITS=messages.write=500/s, org=1000/m", "WAYBILL_TSP_FLEET_X_LIMITS=all=1/h", "PATH=/bin"}, tsps())
	want := Default()
	want.Addr, want.MaxAge, want.Settling, want.LogLevel = "0.0.0.0:80", 90*time.Minute, 45*time.Second, slog.LevelWarn
	want.IgnoreUnknown, want.ProxyJudges, want.FleetsOnPurpose, want.MaxSubscriptions = true, true, true, 20
	want.SealAtRest = true
	want.AdminAddr, want.AdminRemote, want.DrainDelay = ":9090", true, 15*time.Second
	want.Traces = Traces{URL: "http://127.0.0.1:4318/v1/traces", Ratio: 0.25, ToReceivers: true,
		Headers: map[string]string{"authorization": "Basic a=,b", "x-team": "fleet"}}
	want.RateClient, want.RatePartner = Rate{7, time.Second}, Rate{8, time.Minute}
	want.MaxConnections, want.TLSCert, want.TLSKey = 77, "c.pem", "k.pem"
	want.RateToken, want.RateAddress = Rate{9, time.Hour}, Rate{10, time.Second}
	want.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("::1/128")}
	want.OutboundAllow = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.1.0/24")}
	want.BaseURLs["samsara"] = "http://127.0.0.1:9101"
	want.Limits["samsara"] = map[string]Rate{"messages.write": {500, time.Second}, "org": {1000, time.Minute}}
	want.Limits["fleet_x"] = map[string]Rate{"all": {1, time.Hour}}
	if diff := cmp.Diff(want, got, compare); diff != "" || len(wrong) > 0 {
		t.Errorf("%v (-want +got):\n%s", wrong, diff)
	}
}

func TestBlankVariablesAndThoseOfOthersLeaveTheDefaults(t *testing.T) {
	t.Parallel()
	environ := []string{"WAYBILL_CONTRACT_CREDENTIALS={}", "WAYBILL_SERVICE_HOST=10.0.0.1", "WAYBILL_SERVICE_PORT=80",
		"WAYBILL_SERVICE_PORT_HTTP=80", "WAYBILL_PORT=tcp://10.0.0.1:80", "WAYBILL_PORT_80_TCP=tcp://10.0.0.1:80",
		"WAYBILL_PORT_80_TCP_PROTO=tcp", "WAYBILL_DB_SERVICE_HOST=10.0.0.2", "WAYBILL_DB_PORT=tcp://10.0.0.2:80", "WAYBILLS=3"}
	for _, v := range append(variables(), tsps().variables()...) {
		environ = append(environ, v.name+"= ")
	}
	for _, set := range [][]string{nil, environ} {
		got, wrong := FromEnv(set, tsps())
		if diff := cmp.Diff(Default(), got, compare); diff != "" || len(wrong) > 0 {
			t.Errorf("%v (-want +got):\n%s", wrong, diff)
		}
	}
}

func TestWhatHasNoEffectOrAWrongOneIsRefusedByItsVariableAndWithTheRemedy(t *testing.T) {
	t.Parallel()
	for set, want := range map[string]string{
		"WAYBILL_ADRR=:80":                                       "WAYBILL_ADRR is no setting; did you mean WAYBILL_ADDR?",
		"waybill_addr=:80":                                       "waybill_addr is no setting; did you mean WAYBILL_ADDR?",
		"WAYBILL_PORT=8080":                                      "WAYBILL_PORT is no setting",
		"WAYBILL_METRICS_AND_MORE=":                              "WAYBILL_METRICS_AND_MORE is no setting; `waybill settings` lists",
		"WAYBILL_TSP_SAMSRA_BASE_URL=https://a.example":          "did you mean WAYBILL_TSP_SAMSARA_BASE_URL?",
		"WAYBILL_TSP_samsara_BASE_URL=https://a.example":         "did you mean WAYBILL_TSP_SAMSARA_BASE_URL?",
		"WAYBILL_TSP_SAMSARA_LIMIT=org=1/s":                      "did you mean WAYBILL_TSP_SAMSARA_LIMITS?",
		"WAYBILL_TSP_SAMSARA_TOKEN=x":                            "WAYBILL_TSP_SAMSARA_TOKEN is no setting",
		"WAYBILL_ADDR=8080":                                      `WAYBILL_ADDR is "8080", which is no address`,
		"WAYBILL_ADDR=localhost:":                                "WAYBILL_ADDR",
		"WAYBILL_ADDR=localhost:99999":                           "WAYBILL_ADDR",
		"WAYBILL_MAX_AGE=soon":                                   `WAYBILL_MAX_AGE is "soon"; write a time with its unit`,
		"WAYBILL_MAX_AGE=72":                                     `WAYBILL_MAX_AGE is "72"; write a time with its unit`,
		"WAYBILL_MAX_AGE=0":                                      "WAYBILL_MAX_AGE is 0; set at least 1s",
		"WAYBILL_MAX_AGE=-5s":                                    "WAYBILL_MAX_AGE is -5s",
		"WAYBILL_CALL_DEADLINE=-1s":                              "WAYBILL_CALL_DEADLINE is -1s",
		"WAYBILL_CALL_DEADLINE=0s":                               "WAYBILL_CALL_DEADLINE is 0s",
		"WAYBILL_CALL_DEADLINE=999999h":                          "WAYBILL_CALL_DEADLINE is 999999h; set at most 10m0s",
		"WAYBILL_MAX_AGE=999999h":                                "WAYBILL_MAX_AGE is 999999h; set at most 8760h0m0s",
		"WAYBILL_TSP_FOO_BASE_URL=https://a.example":             "WAYBILL_TSP_FOO_BASE_URL is no setting; `waybill settings` lists",
		"WAYBILL_FOO=x":                                          "WAYBILL_FOO is no setting; `waybill settings` lists",
		"WAYBILL_OIDC_CLAIMS=client=azp":                         "WAYBILL_OIDC_CLAIMS is set and WAYBILL_OIDC_ISSUER is not",
		"WAYBILL_OUTBOUND_PROXY=names":                           "WAYBILL_OUTBOUND_PROXY is names, and neither HTTPS_PROXY nor HTTP_PROXY is set",
		"WAYBILL_MAX_SUBSCRIPTIONS=0":                            `WAYBILL_MAX_SUBSCRIPTIONS is "0"; write a whole number from 1 to 1000000`,
		"WAYBILL_MAX_SUBSCRIPTIONS=1e3":                          `WAYBILL_MAX_SUBSCRIPTIONS is "1e3"; write a whole number from 1 to`,
		"WAYBILL_SETTLING=0s":                                    "WAYBILL_SETTLING is 0s; set at least 1s, or leave it out",
		"WAYBILL_IMPORT_EVERY=10ms":                              "WAYBILL_IMPORT_EVERY is 10ms",
		"WAYBILL_IMPORT_HISTORY=59m":                             "WAYBILL_IMPORT_HISTORY is 59m; set at least 1h0m0s",
		"WAYBILL_OUTBOUND_ALLOW=10.0.0.1":                        `WAYBILL_OUTBOUND_ALLOW has "10.0.0.1"`,
		"WAYBILL_OUTBOUND_ALLOW=10.0.0.0/8,":                     `WAYBILL_OUTBOUND_ALLOW has ""`,
		"WAYBILL_OUTBOUND_ALLOW=,":                               `WAYBILL_OUTBOUND_ALLOW has ""`,
		"WAYBILL_OUTBOUND_ALLOW=10.0.0.1/8":                      "either the range 10.0.0.0/8 or the address 10.0.0.1/32",
		"WAYBILL_OUTBOUND_ALLOW=::ffff:10.0.0.0/104":             "WAYBILL_OUTBOUND_ALLOW",
		"WAYBILL_RATE_CLIENT=fast":                               `WAYBILL_RATE_CLIENT is "fast", which is no limit; write for example 200/s`,
		"WAYBILL_RATE_TOKEN=0/s":                                 `WAYBILL_RATE_TOKEN is "0/s"`,
		"WAYBILL_TRUSTED_PROXIES=10.0.0.1":                       `WAYBILL_TRUSTED_PROXIES has "10.0.0.1", which is no address range`,
		"WAYBILL_MAX_CONNECTIONS=0":                              `WAYBILL_MAX_CONNECTIONS is "0"; write a whole number from 1`,
		"WAYBILL_LANES_AT_ONCE=1000001":                          `WAYBILL_LANES_AT_ONCE is "1000001"; write a whole number from 1 to 1000000`,
		"WAYBILL_CALLS_AT_ONCE=1000001":                          `WAYBILL_CALLS_AT_ONCE is "1000001"; write a whole number from 1 to 1000000`,
		"WAYBILL_IMPORTS_AT_ONCE=1000001":                        `WAYBILL_IMPORTS_AT_ONCE is "1000001"; write a whole number from 1 to 1000000`,
		"WAYBILL_DELIVERIES_AT_ONCE=0":                           `WAYBILL_DELIVERIES_AT_ONCE is "0"; write a whole number from 1 to 1000000`,
		"WAYBILL_MAX_CONNECTIONS=many":                           `WAYBILL_MAX_CONNECTIONS is "many"; write a whole number from 1`,
		"WAYBILL_TLS_CERT=a.pem":                                 "WAYBILL_TLS_CERT and WAYBILL_TLS_KEY must both be set",
		"WAYBILL_TLS_KEY=a.pem":                                  "WAYBILL_TLS_CERT and WAYBILL_TLS_KEY must both be set",
		"WAYBILL_UNKNOWN_PARAMETERS=true":                        `WAYBILL_UNKNOWN_PARAMETERS is "true"; set refuse or ignore`,
		"WAYBILL_OUTBOUND_PROXY=none":                            `WAYBILL_OUTBOUND_PROXY is "none"; set addresses or names`,
		"WAYBILL_ADMIN_ADDR=9090":                                `WAYBILL_ADMIN_ADDR is "9090", which is no address`,
		"WAYBILL_ADMIN_ADDR=:9090":                               "write 127.0.0.1 or localhost, or set WAYBILL_ADMIN_REMOTE=on",
		"WAYBILL_ADMIN_ADDR=10.0.0.7:9090":                       "WAYBILL_ADMIN_REMOTE=on",
		"WAYBILL_ADMIN_REMOTE=on":                                "WAYBILL_ADMIN_ADDR is not set",
		"WAYBILL_DRAIN_DELAY=-1s":                                "WAYBILL_DRAIN_DELAY is -1s",
		"WAYBILL_DRAIN_DELAY=1h":                                 "WAYBILL_DRAIN_DELAY is 1h; set at most 10m0s",
		"WAYBILL_TRACES_URL=127.0.0.1:4318":                      "WAYBILL_TRACES_URL is no URL of a collector; write it such as http://127.0.0.1:4318",
		"WAYBILL_TRACES_URL=https://u:hush@c.example":            "WAYBILL_TRACES_HEADERS",
		"WAYBILL_TRACES_HEADERS=a=b":                             "WAYBILL_TRACES_HEADERS is set and WAYBILL_TRACES_URL is not",
		"WAYBILL_TRACES_TO_RECEIVERS=on":                         "WAYBILL_TRACES_URL is not",
		"WAYBILL_CONSOLE=yes":                                    `WAYBILL_CONSOLE is "yes"; set off, on or read_only`,
		"WAYBILL_CONSOLE_IDLE=1h":                                "WAYBILL_CONSOLE_IDLE is set and there is no console; set WAYBILL_CONSOLE=on",
		"WAYBILL_CONSOLE_URLL=https://w.example":                 "did you mean WAYBILL_CONSOLE_URL?",
		"WAYBILL_LOG_LEVEL=verbose":                              "WAYBILL_LOG_LEVEL",
		"WAYBILL_LOG_LEVEL=info+2":                               "WAYBILL_LOG_LEVEL",
		"WAYBILL_TSP_SAMSARA_BASE_URL=localhost":                 "WAYBILL_TSP_SAMSARA_BASE_URL is no absolute URL",
		"WAYBILL_TSP_SAMSARA_BASE_URL=ftp://a.example":           "WAYBILL_TSP_SAMSARA_BASE_URL",
		"WAYBILL_TSP_SAMSARA_BASE_URL=https://u:hush@a.example":  "credentials belong to the connection",
		"WAYBILL_TSP_SAMSARA_BASE_URL=https://a.example/?x=hush": "leave it out",
		"WAYBILL_TSP_SAMSARA_LIMITS=messages.wriet=5/s":          `the limit "messages.wriet", which the TSP does not have (did you mean messages.write?)`,
		"WAYBILL_TSP_SAMSARA_LIMITS=all=5/s":                     "there are messages.write, messages.read, org",
		"WAYBILL_TSP_SAMSARA_LIMITS=org=5/s,org=6/s":             "twice",
		"WAYBILL_TSP_SAMSARA_LIMITS=org":                         `WAYBILL_TSP_SAMSARA_LIMITS has "org", which is no limit`,
		"WAYBILL_TSP_SAMSARA_LIMITS=org=5":                       `"org=5"`,
		"WAYBILL_TSP_SAMSARA_LIMITS=org=0/s":                     `"org=0/s"`,
		"WAYBILL_TSP_SAMSARA_LIMITS=org=-3/s":                    `"org=-3/s"`,
		"WAYBILL_TSP_SAMSARA_LIMITS=org=5/day":                   `"org=5/day"`,
		"WAYBILL_TSP_SAMSARA_LIMITS=org=2000000000/s":            `"org=2000000000/s"`,
		"WAYBILL_TSP_SAMSARA_LIMITS=org=5/s,":                    `has ""`,
	} {
		_, wrong := FromEnv([]string{set}, tsps())
		if len(wrong) != 1 || !strings.Contains(wrong[0].Error(), want) || strings.Contains(wrong[0].Error(), "hush") {
			t.Errorf("%s: %v, want %s", set, wrong, want)
		}
	}
}

func TestEverythingThatIsWrongIsToldAtOnceByTheNamesOfVariables(t *testing.T) {
	t.Parallel()
	_, wrong := FromEnv([]string{"WAYBILL_MAX_AGE=0", "WAYBILL_ADRR=x", "WAYBILL_KEY=a", "WAYBILL_KEY_FILE=b",
		"WAYBILL_TSP_SAMSARA_LIMITS=nosuch=1/s,org=soon", "WAYBILL_CALL_DEADLINE=soon"}, tsps())
	text := errors.Join(wrong...).Error()
	for _, part := range []string{"WAYBILL_MAX_AGE", "WAYBILL_ADRR", "WAYBILL_KEY and WAYBILL_KEY_FILE are both set",
		`WAYBILL_TSP_SAMSARA_LIMITS names the limit "nosuch"`, `WAYBILL_TSP_SAMSARA_LIMITS has "org=soon"`, "WAYBILL_CALL_DEADLINE"} {
		if !strings.Contains(text, part) {
			t.Errorf("%s\ndoes not speak of %s", text, part)
		}
	}
	for _, name := range []string{"MaxAge", "CallDeadline", "KeyFile", "Limits"} {
		if strings.Contains(text, name) {
			t.Errorf("%s\nnames the member %s", text, name)
		}
	}
}

func TestTheKeyComesFromItsVariableOrAFileOfItsOwnersAlone(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("from the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		config         Config
		want, variable string
		wrong          string
	}{
		{Config{}, "", "", "openssl rand -base64 32"},
		{Config{KeyFile: file}, "from the file\n", "WAYBILL_KEY_FILE", ""},
		{Config{Key: "given"}, "given", "WAYBILL_KEY", ""},
		{Config{KeyFile: file + ".missing"}, "", "WAYBILL_KEY_FILE", "WAYBILL_KEY_FILE"},
	} {
		got, variable, err := c.config.KeyText()
		if got != c.want || variable != c.variable || (err != nil) != (c.wrong != "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%+v: %q, %q, %v", c.config, got, variable, err)
		}
	}
	for mode, refused := range map[os.FileMode]bool{0o400: false, 0o640: false, 0o644: true, 0o604: true, 0o602: true} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		_, _, err := Config{KeyFile: file}.KeyText()
		if (err != nil) != refused || err != nil && !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}

func TestOperatorsAndCallersAreServedAtTwoAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		addr, admin string
		clash       bool
	}{
		{"127.0.0.1:8080", "127.0.0.1:8080", true}, {":8080", "127.0.0.1:8080", true}, {"0.0.0.0:8080", "[::1]:8080", true},
		{"127.0.0.1:8080", "localhost:8080", true}, {"10.0.0.7:80", "10.0.0.7:http", true},
		{"127.0.0.1:8080", "127.0.0.1:9090", false}, {"10.0.0.7:8080", "127.0.0.1:8080", false},
		{"127.0.0.1:0", "127.0.0.1:0", false}, {"127.0.0.1:8080", "", false},
	} {
		err := CheckApart(Config{Addr: c.addr, AdminAddr: c.admin})
		if (err != nil) != c.clash || err != nil && !strings.Contains(err.Error(), "give it another port") {
			t.Errorf("%s and %s: %v", c.addr, c.admin, err)
		}
	}
}
