package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// noFleet is the error of a name that no fleet has. name is "" where the name can be none.
type noFleet struct{ name string }

// Error says what there is not.
func (n noFleet) Error() string {
	if n.name == "" {
		return "the fleet's name is empty; write one, or the id of a fleet; `waybill fleet list` shows those that there are"
	}
	return fmt.Sprintf("there is no fleet %q; `waybill fleet list` shows those that there are, and "+
		"`waybill fleet create %[1]q` makes one", n.name)
}

// FleetNamed finds the fleet that an operator means: by its id, or by its name if that is sure. It is
// sure where one fleet alone has it, and an operator gave it. Anybody else names fleets as it likes,
// a partner by the references under which it connects them, and who takes such a name for somebody's
// gives a stranger that one's data. What partners call fleets counts for nothing, but for those that
// are given: the grants of the partner that the fleet grants to, whose references are its own.
func (o *Operator) FleetNamed(ctx context.Context, name string, grants ...Grant) (Fleet, error) {
	if strings.TrimSpace(name) == "" {
		return Fleet{}, noFleet{}
	}
	if id, err := uuid.Parse(name); err == nil {
		return o.Fleet(ctx, id)
	}
	found, err := o.office.FleetEntries(ctx, FleetSearch{Name: name})
	if err != nil {
		return Fleet{}, fmt.Errorf("looking up the fleet: %w", err)
	}
	sure := len(found) == 1 && found[0].NamedBy == ByOperator
	for _, g := range grants {
		if g.FleetRef != name || g.Status == GrantDeleted {
			continue
		}
		if sure = len(found) == 0 || len(found) == 1 && found[0].ID == g.Fleet; len(found) == 0 {
			if found, err = o.office.FleetEntries(ctx, FleetSearch{ID: g.Fleet}); err != nil {
				return Fleet{}, fmt.Errorf("looking up the fleet: %w", err)
			}
		}
	}
	switch {
	case len(found) == 0:
		return Fleet{}, noFleet{name}
	case sure:
		return found[0].Fleet, nil
	}
	return Fleet{}, unsure(name, found)
}

// Fleet returns a fleet by its id.
func (o *Operator) Fleet(ctx context.Context, id uuid.UUID) (Fleet, error) {
	found, err := o.office.FleetEntries(ctx, FleetSearch{ID: id})
	if err != nil {
		return Fleet{}, fmt.Errorf("looking up the fleet: %w", err)
	}
	if len(found) == 0 {
		return Fleet{}, fmt.Errorf("there is no fleet %s; `waybill fleet list` shows those that there are", id)
	}
	return found[0].Fleet, nil
}

// newFleet plans a fleet of a name. Its id follows from the name, so that a fleet which is set up anew
// in another database keeps it; one that was renamed or deleted keeps that id, and the next of the name gets
// one of its own.
func (o *Operator) newFleet(ctx context.Context, name string) (Fleet, error) {
	id := uuid.NewSHA1(uuid.NameSpaceURL, []byte("waybill:fleet:"+name))
	found, err := o.office.FleetEntries(ctx, FleetSearch{ID: id, Gone: true})
	if err != nil {
		return Fleet{}, fmt.Errorf("looking up the fleet: %w", err)
	}
	if len(found) > 0 {
		id = uuid.Must(uuid.NewV7())
	}
	return Fleet{ID: id, Name: name, NamedBy: ByOperator}, nil
}

// unsure lists what a name may stand for.
func unsure(name string, found []FleetEntry) error {
	var text strings.Builder
	fmt.Fprintf(&text, "it is not certain which fleet %q is; write the id of the one that is meant, or make "+
		"another with `waybill fleet create`:", name)
	for _, e := range found {
		fmt.Fprintf(&text, "\n  %s", e)
	}
	return errors.New(text.String())
}

// String tells an operator which fleet it is: its id, name, since when it is there, who named it, and
// who has to do with it.
func (e FleetEntry) String() string {
	var partners []string
	for _, p := range e.Partners {
		as := ""
		if p.FleetRef != "" {
			as = fmt.Sprintf(" as %q", p.FleetRef)
		}
		partners = append(partners, fmt.Sprintf("%s%s (%s)", p.Partner, as, p.Status))
	}
	or := func(list []string) string {
		if len(list) == 0 {
			return "none"
		}
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s %q, since %s, named by %s; grants: %s; clients: %s; connections: %d", e.ID, e.Name,
		e.CreatedAt.UTC().Format(time.RFC3339), map[Namer]string{ByOperator: "an operator", ByPartner: "a partner",
			ByFleet: "itself"}[e.NamedBy], or(partners), or(e.Clients), e.Connections)
}
