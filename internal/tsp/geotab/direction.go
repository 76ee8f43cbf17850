package geotab

import (
	"context"

	"github.com/waybill-dev/waybill/internal/resource"
)

// toVehicle tells which way a message goes: to a vehicle, unless a driver writes to somebody in the office. One that
// a driver writes to another goes to the other's vehicle.
func (c *call) toVehicle(ctx context.Context, m textMessage) (bool, error) {
	if speaks, err := c.drives(ctx, m.User); err != nil || !speaks {
		return true, err
	}
	return c.drives(ctx, m.Recipient)
}

// drives tells whether a user is a driver. One that Geotab does not show is none.
func (c *call) drives(ctx context.Context, user *ref) (bool, error) {
	if user == nil {
		return false, nil
	}
	return c.session.drivers.get(c.session.adapter.now(), user.id(), func() (bool, error) {
		all, err := get[struct {
			ID       resource.SourceID `json:"id"`
			IsDriver bool              `json:"isDriver"`
		}](ctx, c, "User", user)
		for _, one := range all {
			if one.ID == user.ID {
				return one.IsDriver, err
			}
		}
		return false, err
	})
}
