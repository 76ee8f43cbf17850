package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

// listCompanies shows the one company of the credential.
func listCompanies(tx *simkit.Tx, c *call) (any, error) {
	return c.page("companies", "company", showAll(tx, tx.Items(companies), showStored))
}

func listGroups(tx *simkit.Tx, c *call) (any, error) {
	return c.page("groups", "group", showAll(tx, tx.Items(groups), showStored))
}

func showStored(_ *simkit.Tx, i *simkit.Item) simkit.Object { return i.Object }
