package sim

import (
	"maps"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// companyClass is the one company of the credential.
func companyClass() class { return class{collection: companies, name: "company", show: showStored} }

func groupClass() class { return class{collection: groups, name: "group", show: showGroup} }

func showStored(_ *simkit.Tx, i *simkit.Item) simkit.Object { return i.Object }

// showGroup adds the user of the group, which every group had (observed: github.com/andrewjordan3/fleetpull at 2a28b57,
// models/motive/group.py, read 2026-11-25). It is the owner or maker of the group; here, the first admin.
func showGroup(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := maps.Clone(i.Object)
	for _, user := range tx.Items(users) {
		if simkit.Text(user.Object, "role") == "admin" {
			o["user"] = briefUser(user)
			break
		}
	}
	return o
}
