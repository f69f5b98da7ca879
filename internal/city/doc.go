// Package city is the simulated city of `up --demo`: a generated town, and drivers who
// live in it and whose phones post pings through the public gateway.
//
// Where a driver is depends on the seed, the driver's number and the time alone, not on
// when the city was started: two runs at the same moment say the same, and a city that is
// started again goes on where it would have been. Nothing is stored for that.
package city
