package access

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Fleets lists all fleets, oldest first.
func (o *Operator) Fleets(ctx context.Context) ([]FleetEntry, error) {
	return o.office.FleetEntries(ctx, FleetSearch{})
}

// FleetMade is a fleet that was made, and others whose names are nearly its own.
type FleetMade struct {
	Fleet
	Near []FleetEntry
}

// CreateFleet makes a fleet, also beside others of its name. With a partner it grants that one
// everything, and the partner knows it by the reference, or else by the name.
func (o *Operator) CreateFleet(ctx context.Context, name, partner, ref string) (FleetMade, error) {
	if strings.TrimSpace(name) == "" {
		return FleetMade{}, noFleet{}
	}
	f, err := o.newFleet(ctx, name)
	if err != nil {
		return FleetMade{}, err
	}
	all, err := o.Fleets(ctx)
	if err != nil {
		return FleetMade{}, fmt.Errorf("looking for fleets of nearly that name: %w", err)
	}
	made := FleetMade{Fleet: f}
	for _, e := range all {
		if e.Name == name || Near(name, e.Name) {
			made.Near = append(made.Near, e)
		}
	}
	var grants []Grant
	if partner != "" {
		p, err := o.partnerNamed(ctx, partner)
		if err != nil {
			return FleetMade{}, fmt.Errorf("there is no partner %q; make one with `waybill client create NAME --partner %[1]q`",
				partner)
		}
		if ref == "" {
			ref = name
		}
		grants = []Grant{Everything(p.ID, f.ID, ref, o.clock())}
	}
	err = o.office.InsertFleet(ctx, f, grants...)
	switch {
	case errors.Is(err, ErrRefTaken):
		return made, fmt.Errorf("the partner knows another fleet as %q; choose another with --fleet-ref", ref)
	case errors.Is(err, ErrFleetExists):
		return made, fmt.Errorf("a fleet %q was made meanwhile, or was deleted; try again", name)
	case err != nil:
		return made, fmt.Errorf("storing the fleet: %w", err)
	}
	return made, nil
}

// RenameFleet gives a fleet another name.
func (o *Operator) RenameFleet(ctx context.Context, id uuid.UUID, name string) (Fleet, error) {
	from, err := o.Fleet(ctx, id)
	if err != nil {
		return from, err
	}
	to := from
	to.Name, to.NamedBy, to.UpdatedAt = name, ByOperator, fence.Later(from.UpdatedAt, o.clock())
	err = o.office.ChangeFleet(ctx, from, to)
	if errors.Is(err, fence.ErrOvertaken) {
		return from, errors.New("the fleet is being changed by others; try again")
	}
	if err != nil {
		return from, fmt.Errorf("renaming the fleet: %w", err)
	}
	return to, nil
}

// DeleteFleet ends a fleet's connections by disconnect, then its grants, and removes its clients.
// What was cut short goes on when it is called again.
func (o *Operator) DeleteFleet(ctx context.Context, id uuid.UUID,
	disconnect func(context.Context, Principal) error) error {
	f, err := o.Fleet(ctx, id)
	if err != nil {
		return err
	}
	// Before the grants: what ends with a connection is told to those whose grants are in force.
	if err := disconnect(ctx, Principal{Fleet: f}); err != nil {
		return fmt.Errorf("ending the fleet's connections: %w", err)
	}
	err = o.office.DeleteFleet(ctx, id, o.clock())
	if errors.Is(err, ErrConnected) {
		return errors.New("the fleet was connected meanwhile; delete it again")
	}
	if err != nil {
		return fmt.Errorf("deleting the fleet: %w", err)
	}
	return nil
}

// MergeFleets makes one fleet of two: what hangs on from goes over to into. Records keep their ids
// within their fleet alone, so one that has connections cannot be merged into another.
func (o *Operator) MergeFleets(ctx context.Context, from, into uuid.UUID) (FleetsMerged, error) {
	var entries [2]FleetEntry
	for i, id := range []uuid.UUID{from, into} {
		found, err := o.office.FleetEntries(ctx, FleetSearch{ID: id})
		if err != nil {
			return FleetsMerged{}, fmt.Errorf("looking up the fleet: %w", err)
		}
		if len(found) == 0 {
			return FleetsMerged{}, fmt.Errorf("there is no fleet %s; `waybill fleet list` shows those that there are", id)
		}
		entries[i] = found[0]
	}
	switch {
	case from == into:
		return FleetsMerged{}, errors.New("both are the same fleet")
	case entries[0].Connections > 0 && entries[1].Connections > 0:
		return FleetsMerged{}, fmt.Errorf("both fleets have connections, and the ids of records hang on their fleet; "+
			"delete the connections of one of them first:\n  %s\n  %s", entries[0], entries[1])
	case entries[0].Connections > 0:
		return FleetsMerged{}, fmt.Errorf("the first fleet has connections, and the ids of records hang on their fleet; "+
			"merge the other way round: waybill fleet merge %s %s", into, from)
	}
	grants, err := o.grantsOf(ctx, from)
	if err != nil {
		return FleetsMerged{}, err
	}
	err = o.office.MergeFleets(ctx, from, into, o.clock())
	if errors.Is(err, ErrConnected) || errors.Is(err, ErrNotFound) {
		return FleetsMerged{}, errors.New("the fleets have changed meanwhile; try again")
	}
	if err != nil {
		return FleetsMerged{}, fmt.Errorf("merging the fleets: %w", err)
	}
	found, err := o.office.FleetEntries(ctx, FleetSearch{ID: into})
	if err != nil || len(found) == 0 {
		return FleetsMerged{}, fmt.Errorf("the fleets are merged, and reading the one that is left failed: %w", err)
	}
	merged := FleetsMerged{FleetEntry: found[0]}
	merged.Grants, err = o.became(ctx, grants)
	return merged, err
}
