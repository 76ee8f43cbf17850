package geotab

import (
	"context"
	"math"
	"slices"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// sameSecond is what no look-up can know of an inspection that tells its own time.
const sameSecond = "its inspections bear no mark: where occurred_at is given, another one that is equal in every member " +
	"to one whose answer was lost is taken for it"

// foundDvir is a DVIRLog as it is read back to see whether an earlier attempt made it.
type foundDvir struct {
	ID            resource.SourceID `json:"id"`
	Driver        looseRef          `json:"driver"`
	DefectList    looseRef          `json:"defectList"`
	DateTime      string            `json:"dateTime"`
	LogType       string            `json:"logType"`
	DriverRemark  string            `json:"driverRemark"`
	CertifyRemark string            `json:"certifyRemark"`
	SafeToOperate *bool             `json:"isSafeToOperate"`
	Odometer      *float64          `json:"odometer"`
	// Recorded answers have the first spelling, Geotab's pages the second.
	Defects []foundDefect `json:"dVIRDefects"`
	Printed []foundDefect `json:"dvirDefects"`
}

type foundDefect struct {
	Defect  looseRef `json:"defect"`
	Remarks []struct {
		Remark string `json:"remark"`
	} `json:"defectRemarks"`
}

// findDvir looks for the log of that asset at that time that is equal in what was sent. What other
// operations made is known by its id.
func findDvir(d *resource.DvirLog, l dvirLog) finding {
	return func(ctx context.Context, c *call, w tsp.Write) (resource.SourceID, bool, error) {
		l, err := l.withDefects(ctx, c, d.Defects.Or(nil), w)
		if err != nil {
			return "", false, err
		}
		var ids []resource.SourceID
		whose, err := w.Alike(ctx, tsp.Look{Same: l.equals(d, w.Settings), Slack: textSlack, Now: c.session.adapter.now,
			List: func(ctx context.Context, _ time.Time) (err error) {
				ids, err = l.listed(ctx, c)
				return err
			}})
		if err != nil {
			return "", false, err
		}
		free, rivals := whose.Unclaimed(ids)
		ours, err := rivals.Ours(len(free))
		if err != nil || !ours {
			return "", false, err
		}
		return free[0], true, nil
	}
}

// listed returns the ids of the logs that are equal.
func (l dvirLog) listed(ctx context.Context, c *call) ([]resource.SourceID, error) {
	at, err := time.Parse(time.RFC3339Nano, l.DateTime)
	if err != nil {
		return nil, err
	}
	var ids []resource.SourceID
	_, _, err = search(ctx, c, wanted{"DVIRLog", map[string]any{"deviceSearch": l.Device,
		"fromDate": stamp(at.Add(-time.Second)), "toDate": stamp(at.Add(time.Second))}}, func(f foundDvir) bool {
		if l.is(f) {
			ids = append(ids, f.ID)
		}
		return false
	})
	return ids, err
}

// is tells whether a log that was found is equal in what was sent. Geotab may fill in what was not.
func (l dvirLog) is(f foundDvir) bool {
	var sent, shown []string
	for _, one := range l.Defects {
		sent = append(sent, string(one.Defect.ID))
	}
	for _, one := range slices.Concat(f.Defects, f.Printed) {
		shown = append(shown, string(one.Defect))
	}
	slices.Sort(sent)
	slices.Sort(shown)
	return string(f.Driver) == l.Driver.id() && f.LogType == l.LogType && sameTime(f.DateTime, l.DateTime) &&
		(f.DefectList == "" || string(f.DefectList) == l.DefectList.id()) && slices.Equal(sent, shown) &&
		(l.SafeToOperate == nil || f.SafeToOperate != nil && *f.SafeToOperate == *l.SafeToOperate) &&
		sameMetres(l.OdometerMetres, f.Odometer) &&
		tsp.SameText(f.DriverRemark, l.DriverRemark) && tsp.SameText(f.CertifyRemark, l.CertifyRemark)
}

// sameMetres compares a reading that was sent, if one was, to the metre.
func sameMetres(sent jsontext.Value, shown *float64) bool {
	var metres float64
	if json.Unmarshal(sent, &metres) != nil {
		return true
	}
	return shown != nil && math.Abs(*shown-metres) <= 1
}

// equals tells whether a rival wrote the same inspection. One that does not tell its time is marked by that of its
// operation, in milliseconds.
func (l dvirLog) equals(d *resource.DvirLog, settings tsp.Settings) func(tsp.Rival) bool {
	return func(r tsp.Rival) bool {
		other, ok := r.Payload.(*resource.DvirLog)
		if !ok {
			return false
		}
		theirs := dvirFrom(other, tsp.Write{Operation: r.Operation, Refs: r.Refs, Settings: settings})
		ours := l
		ours.Defects = nil
		a, _ := json.Marshal(theirs)
		b, _ := json.Marshal(ours)
		return string(a) == string(b) && slices.Equal(other.Defects.Or(nil), d.Defects.Or(nil))
	}
}
