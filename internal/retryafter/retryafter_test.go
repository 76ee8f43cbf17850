package retryafter_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/retryafter"
)

func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func TestRetryAfterIsReadInAllItsForms(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"":                                0,
		"0":                               0,
		"7":                               7 * time.Second,
		" 7 ":                             7 * time.Second,
		"1.5":                             1500 * time.Millisecond,
		"0.40235":                         402350 * time.Microsecond,
		"0.0000000001":                    1,
		"1e2":                             100 * time.Second,
		"3600":                            time.Hour,
		"3601":                            time.Hour,
		"99999999999999999999":            time.Hour,
		"1e999":                           time.Hour,
		"1e300":                           time.Hour,
		"-5":                              0,
		"-1":                              0,
		"-1e999":                          0,
		"NaN":                             0,
		"Inf":                             0,
		"0x10":                            0,
		"1_000":                           0,
		"soon":                            0,
		"1,5":                             0,
		"1795521660":                      time.Minute, // Unix time of noon and a minute
		"1795521660.5":                    time.Minute + 500*time.Millisecond,
		"1795521660000":                   time.Minute,
		"1795521660500":                   time.Minute + 500*time.Millisecond,
		"1795521600":                      0,
		"1795521540":                      0, // a minute ago
		"1795521540000":                   0,
		"1795608000":                      time.Hour, // tomorrow
		"1795608000000":                   time.Hour,
		"-1795521660":                     0,
		"999999999":                       time.Hour, // no moment of this century's
		"100000000000":                    time.Hour,
		"99999999999999":                  time.Hour,
		"Tue, 24 Nov 2026 12:01:00 GMT":   time.Minute,
		"Tuesday, 24-Nov-26 12:01:00 GMT": time.Minute,
		"Tue Nov 24 12:01:00 2026":        time.Minute,
		"Tue, 24 Nov 2026 11:00:00 GMT":   0,
		"Tue, 24 Nov 2099 11:00:00 GMT":   time.Hour,
		"Mon, 01 Jan 0001 00:00:00 GMT":   0,
		"Fri, 31 Dec 9999 23:59:59 GMT":   time.Hour,
	} {
		if got := retryafter.Read(http.Header{"Retry-After": {value}}, noon()); got != want {
			t.Errorf("Retry-After %q = %v, want %v", value, got, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"1", "0.40235", "-1", "1e999", "nan", "Tue, 24 Nov 2026 12:01:00 GMT"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if got := retryafter.Read(http.Header{"Retry-After": {value}}, noon()); got < 0 || got > retryafter.Max {
			t.Errorf("Retry-After %q = %v", value, got)
		}
	})
}
