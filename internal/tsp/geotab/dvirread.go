package geotab

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// dvirRead is what is read of a DVIRLog beside what the look-up reads.
type dvirRead struct {
	foundDvir
	Device    looseRef `json:"device"`
	Trailer   looseRef `json:"trailer"`
	Version   string   `json:"version"`
	Authority string   `json:"authorityName"`
	Address   string   `json:"authorityAddress"`
	// EngineHours are seconds.
	EngineHours *float64 `json:"engineHours"`
	// Duration is a span such as "00:12:30" or "1.02:00:00", days first.
	Duration string `json:"duration"`
	Rejected bool   `json:"isRejected"`
	Location *struct {
		place
		Inner *place `json:"location"`
	} `json:"location"`
}

// dvirFields are the members of the unified inspection that a DVIRLog has.
type dvirFields struct {
	LogType          string         `json:"log_type"`
	AuthorityName    string         `json:"authority_name,omitzero"`
	AuthorityAddress string         `json:"authority_address,omitzero"`
	DurationSeconds  float64        `json:"duration_seconds,omitzero"`
	OdometerKM       jsontext.Value `json:"odometer_km,omitzero"`
	Odometer         jsontext.Value `json:"odometer,omitzero"`
	EngineHours      jsontext.Value `json:"engine_hours,omitzero"`
	Location         *point         `json:"location,omitzero"`
	CertifyComment   string         `json:"certify_comment,omitzero"`
	DriverComment    string         `json:"driver_comment,omitzero"`
	DefectCount      int            `json:"defect_count"`
	Defects          []string       `json:"defects"`
	Version          string         `json:"version,omitzero"`
	IsSafetyCritical *bool          `json:"is_safety_critical,omitzero"`
}

// showDvir reads an inspection. One that its driver rejected is none.
func showDvir(ctx context.Context, c *call, source jsontext.Value) (*shown, error) {
	var r dvirRead
	if err := json.Unmarshal(source, &r); err != nil || r.Rejected {
		return nil, err
	}
	at, err := time.Parse(time.RFC3339Nano, r.DateTime)
	if err != nil {
		return nil, err
	}
	defects := slices.Concat(r.Defects, r.Printed)
	f := dvirFields{LogType: "unknown", AuthorityName: r.Authority, AuthorityAddress: r.Address,
		CertifyComment: r.CertifyRemark, DefectCount: len(defects), Version: r.Version,
		DurationSeconds: seconds(r.Duration)}
	for ours, theirs := range logTypes() {
		if theirs == r.LogType {
			f.LogType = ours
		}
	}
	if r.Location != nil {
		f.Location = r.Location.point()
		if r.Location.Inner != nil {
			f.Location = r.Location.Inner.point()
		}
	}
	if r.Odometer != nil {
		metres := resource.Number(strconv.FormatFloat(*r.Odometer, 'f', -1, 64))
		f.Odometer, f.OdometerKM = spelt(metres.Rat()), spelt(metres.Kilometres("meters"))
	}
	if r.EngineHours != nil {
		f.EngineHours = jsontext.Value(strconv.FormatFloat(*r.EngineHours/time.Hour.Seconds(), 'f', -1, 64))
	}
	if r.SafeToOperate != nil {
		critical := !*r.SafeToOperate
		f.IsSafetyCritical = &critical
	}
	var notes []string
	if f.Defects, notes, err = c.toldOf(ctx, resource.SourceID(r.DefectList), defects); err != nil {
		return nil, err
	}
	f.DriverComment = strings.TrimPrefix(strings.Join(append([]string{r.DriverRemark}, notes...), "\n"), "\n")
	names := map[string][]tsp.Named{}
	name(names, "driver_id", users, r.Driver)
	err = c.inspected(ctx, names, r)
	return &shown{fields: f, names: names, at: at}, err
}

// seconds reads a span of time; 0 for none.
func seconds(span string) float64 {
	var days, hours, minutes int
	var rest float64
	clock := span
	if day, behind, ok := strings.Cut(span, "."); ok && !strings.Contains(day, ":") {
		days, _ = strconv.Atoi(day)
		clock = behind
	}
	if n, _ := fmt.Sscanf(clock, "%d:%d:%g", &hours, &minutes, &rest); n < 3 {
		return 0
	}
	return float64(days*86400+hours*3600+minutes*60) + rest
}

// inspected names the vehicle or the trailer of an inspection.
func (c *call) inspected(ctx context.Context, names map[string][]tsp.Named, r dvirRead) error {
	if name(names, "trailer_id", devices, r.Trailer); r.Device == "" {
		return nil
	}
	trailer, err := c.isTrailer(ctx, resource.SourceID(r.Device))
	if trailer {
		name(names, "trailer_id", devices, r.Device)
	} else {
		name(names, "vehicle_id", devices, r.Device)
	}
	return err
}
