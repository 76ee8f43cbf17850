package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Delete removes an operator, whose sessions and code end with it. Unless whoever asks is sure it is refused for whom would
// be missed: the last admin who is let in, and one who is kept out and whom the issuer would bring back.
func (d *Desk) Delete(ctx context.Context, name string, sure bool) (Operator, error) {
	for range changeTries {
		o, err := d.Named(ctx, name)
		if err != nil {
			return o, err
		}
		err = d.kept.DeleteOperator(ctx, o, func(all []Operator) error {
			if sure {
				return nil
			}
			return missed(o, all)
		})
		var refused missedError
		switch {
		case errors.Is(err, fence.ErrOvertaken):
			continue
		case errors.As(err, &refused):
			return o, refused
		case err != nil:
			return o, fmt.Errorf("deleting the operator: %w", err)
		}
		return o, nil
	}
	return Operator{}, fmt.Errorf("the operator %s is being changed by others; try again", name)
}

// missedError says why somebody would be missed.
type missedError string

// Error says what helps.
func (e missedError) Error() string { return string(e) }

// missed refuses to remove whom would be missed among all.
func missed(o Operator, all []Operator) error {
	if o.Subject != "" && o.Disabled {
		return missedError(fmt.Sprintf("nothing was deleted: %s is kept out, and the issuer would let them in again once they are "+
			"forgotten here; take them from their groups there first, or say --anyway", o.Email))
	}
	return last(o, all, "deleted")
}

// last refuses to do without the last admin of all who is let in.
func last(o Operator, all []Operator, did string) error {
	in := func(o Operator) bool { return o.Role == Admin && !o.Disabled }
	if in(o) && !slices.ContainsFunc(all, func(other Operator) bool { return in(other) && other.ID != o.ID }) {
		return missedError(fmt.Sprintf("nothing was %s: %s is the last admin who is let in; make another one with `waybill operator "+
			"create … --role admin` first, or say --anyway", did, o.Email))
	}
	return nil
}
