package console

import (
	"context"
	"slices"
	"strings"
	"time"
)

// replicaRow is a replica as pages show it.
type replicaRow struct {
	Replica
	Look Look
}

// silentAfter is how long ago the last beat of a replica may be: it beats each second.
const silentAfter = 3 * time.Second

// laneSum is how many lanes of all replicas are kept from their work by the same.
type laneSum struct {
	Look  Look
	Says  string
	Count string
}

// fillReplicas tells how the replicas stand, and what keeps the lanes of all of them.
func (c *Console) fillReplicas(ctx context.Context, v *homeView) (err error) {
	if v.Replicas, err = c.replicaRows(ctx); err != nil {
		return err
	}
	by := map[string]int{}
	for _, r := range v.Replicas {
		for of, n := range r.Waits {
			by[of] += n
		}
	}
	for _, waits := range []string{"store", "bar", "opening", "pause", "limit"} {
		for _, kind := range []string{"connection", "receiver", "import"} {
			if n := by[kind+" "+waits]; n > 0 {
				look, says := laneLook(waits)
				if waits == "limit" {
					look = Look{"Waiting", "waiting", idle}
				}
				v.Lanes = append(v.Lanes, laneSum{look, strings.TrimSuffix(says, "."), some(count(n), kind, kind+"s")})
			}
		}
	}
	return nil
}

// replicaRows are the replicas, those that are silent first.
func (c *Console) replicaRows(ctx context.Context) (rows []replicaRow, err error) {
	all, err := c.Installation.Replicas(ctx)
	for _, r := range all {
		row := replicaRow{r, Look{"Running", "active", ok}}
		switch {
		case r.Silent > silentAfter:
			row.Look = Look{"Silent", "suspect", wait}
		case r.Leaving:
			row.Look = Look{"Leaving", "cancelled", idle}
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b replicaRow) int {
		return int(b.Silent/silentAfter) - int(a.Silent/silentAfter)
	})
	return rows, err
}

// silent counts the replicas that are.
func (v *homeView) silent() (n int) {
	for _, r := range v.Replicas {
		if r.Silent > silentAfter {
			n++
		}
	}
	return n
}
