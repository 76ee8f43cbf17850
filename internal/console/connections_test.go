package console

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/record"
)

// crowded is an office with 120 connections, of which 10 are suspect; it holds what was asked for.
type crowded struct {
	*office
	asked []connection.Survey
}

func (o *crowded) SurveyConnections(_ context.Context, of connection.Survey) (all []connection.Connection, err error) {
	o.asked = append(o.asked, of)
	for i := range 120 {
		one := connection.Connection{ID: uuid.UUID{byte(i + 1)}, TSP: "samsara", Status: connection.Active, CreatedAt: noon().Add(-time.Duration(i) * time.Minute)}
		behind := of.Window.Place.IsZero() || one.CreatedAt.Before(of.Window.Place.At)
		if behind && !of.Window.Backwards && len(all) < of.Window.Limit {
			all = append(all, one)
		}
	}
	return all, nil
}
func (o *crowded) TallyConnections(context.Context) ([]connection.Tally, error) {
	return []connection.Tally{{Status: connection.Active, TSP: "samsara", N: 10_000, AtLeast: true}, {Status: connection.Stale, TSP: "samsara", N: 3}}, nil
}
func (o *crowded) SchedulesOf(context.Context, []uuid.UUID) ([]record.Schedule, error) {
	return nil, nil
}
func (o *crowded) Suspects() (all []uuid.UUID) {
	for i := range 10 {
		all = append(all, uuid.UUID{byte(i + 1)})
	}
	return all
}
func (o *crowded) Shut(c connection.Connection) bool { return c.ID[0] <= 9 }
func (o *crowded) Connection(_ context.Context, id uuid.UUID) (connection.Connection, error) {
	return connection.Connection{ID: id, TSP: "samsara", Status: connection.Active}, nil
}

func TestTheListOfConnectionsIsReadPageByPage(t *testing.T) {
	t.Parallel()
	o := &crowded{office: newOffice()}
	o.who = Visitor{Name: "Ada", Role: Admin, Payloads: true}
	c := o.over(t)
	c.Connections, c.Links, c.Naming = o, o, o
	seen, path, next := map[string]bool{}, connectionsPath, regexp.MustCompile(`href="(/console/connections\?page=[^"]+)" rel="next"`)
	for pages := 1; ; pages++ {
		text := asks(t, c, path)
		for _, id := range regexp.MustCompile(`class="title" href="/console/connections/([^"]+)"`).FindAllStringSubmatch(text, -1) {
			if seen[id[1]] {
				t.Errorf("%s stands on two pages", id[1])
			}
			seen[id[1]] = true
		}
		found := next.FindStringSubmatch(text)
		if found == nil {
			if pages != 3 || len(seen) != 120 {
				t.Errorf("%d pages show %d connections", pages, len(seen))
			}
			break
		}
		path = strings.ReplaceAll(found[1], "&amp;", "&")
	}
	for _, of := range o.asked {
		if of.Window.Limit > rowsShown+1 {
			t.Errorf("%d were asked for at once", of.Window.Limit)
		}
	}
	if text := asks(t, c, connectionsPath); !strings.Contains(text, `All <span class="count">10,003&#43;</span>`) || !strings.Contains(text, `Broken <span class="count">3</span>`) {
		t.Error("the choices do not say how many there are")
	}
	// The tenth was found good meanwhile.
	if n := strings.Count(asks(t, c, connectionsPath+"?state=suspect"), `class="title"`); n != 9 {
		t.Errorf("%d are suspect", n)
	}
	for state, status := range map[string]int{"broken": http.StatusOK, "sick": http.StatusUnprocessableEntity} {
		if code, text := o.page(t, fmt.Sprintf("%s?state=%s", connectionsPath, state)); code != status {
			t.Errorf("%s: %d %s", state, code, text)
		}
	}
	if code, _ := o.page(t, connectionsPath+"?page=x"); code != http.StatusUnprocessableEntity {
		t.Errorf("a place that is none is answered %d", code)
	}
}
