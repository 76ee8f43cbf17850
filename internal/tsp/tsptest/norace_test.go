//go:build !race

package tsptest

// underRace tells that the race detector is on, under which all takes several times as long.
const underRace = false
