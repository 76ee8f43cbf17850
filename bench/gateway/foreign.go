package gateway

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/bench/measure"
)

// Foreign is a gateway that somebody else has started and set up.
type Foreign struct {
	Called string
	// URL takes a POST of Body, in which {marker} and {n} are replaced; they may stand in the URL too.
	URL, Body string
	Header    http.Header
	// Tenants is what {n} stays below.
	Tenants int
	// PIDs are the processes whose use counts.
	PIDs []int
}

// Name tells it apart.
func (f Foreign) Name() string { return f.Called }

// Request is the nth event.
func (f Foreign) Request(ctx context.Context, n int, marker string) (*http.Request, error) {
	fill := strings.NewReplacer("{marker}", marker, "{n}", fmt.Sprint(n%max(f.Tenants, 1)))
	body := strings.NewReader(fill.Replace(f.Body))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, fill.Replace(f.URL), body)
	if err != nil {
		return nil, err
	}
	request.Header = f.Header.Clone()
	return request, nil
}

// Usage is what all its processes have used.
func (f Foreign) Usage() (all measure.Usage, err error) {
	for _, pid := range f.PIDs {
		one, err := measure.UsageOf(pid)
		if err != nil {
			return all, err
		}
		all.CPU, all.Written, all.Resident = all.CPU+one.CPU, all.Written+one.Written, all.Resident+one.Resident
	}
	return all, nil
}

// Close leaves it to whoever started it.
func (Foreign) Close() error { return nil }
