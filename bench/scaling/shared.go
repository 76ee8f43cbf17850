package main

import "math/rand/v2"

// used is how much of a limit is used that several lanes share and that is divided evenly among replicas,
// where the lanes together want as much as a load says, the n-th as 1/n. Lanes are where chance and the cap of
// 1.2 have put them.
func used(lanes, replicas int, load float64, r *rand.Rand) float64 {
	want, held := make([]float64, replicas), make([]int, replicas)
	most := (6*lanes + 5*replicas - 1) / (5 * replicas)
	shares := spreadOver(lanes, 1)
	for _, lane := range r.Perm(lanes) {
		at := r.IntN(replicas)
		for held[at] >= most {
			at = (at + 1) % replicas
		}
		held[at]++
		want[at] += load * shares.share(lane)
	}
	sum := 0.0
	for _, w := range want {
		sum += min(w, 1/float64(replicas))
	}
	return sum / min(load, 1)
}

func sharedLimits() table {
	const times = 400
	t := table{title: "A limit that several connections share, divided among replicas",
		note: "The part of the limit that is used, of what could be, where the connections want half of it, all of it or " +
			"twice as much; the mean of 400 placements.",
		head: []string{"connections", "replicas", "half", "all", "twice"}}
	for _, lanes := range []int{3, 10, 30, 300} {
		for _, replicas := range []int{1, 3, 10} {
			row := []any{lanes, replicas}
			for _, load := range []float64{0.5, 1, 2} {
				r, sum := rand.New(rand.NewPCG(1, 14)), 0.0
				for range times {
					sum += used(lanes, replicas, load, r)
				}
				row = append(row, sum/times)
			}
			t.add(row...)
		}
	}
	return t
}
