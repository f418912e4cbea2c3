# SPDX-License-Identifier: GPL-2.0-only
#
# Draws out/demo/demo.svg. The bars show the time of one I/O relative to zero-copy, with its 95 %
# confidence interval.
#
# USAGE
#	gnuplot -e "data='FILE'; picture='FILE'; subject='TEXT'; devices='A B'" scripts/measure/demo.gp
#
#	data is a file with the output of `bars` of demo.jq. The file has one block for each
#	device. picture is the file to write, subject is its title, and devices are the names of
#	the devices.
#
# REQUIREMENTS
#	gnuplot-nox

set terminal svg noenhanced size 1000,460 dynamic background "white" font "sans-serif,13"
set output picture
set multiplot layout 1,2 title subject font ",15"

set style data histograms
set style histogram errorbars gap 1 linewidth 1
set style fill solid 0.9 noborder
set boxwidth 0.9
set errorbars 0.6 linecolor "#444444"
set grid ytics linecolor "#dddddd"
set border 3
set tics nomirror out
set xtics rotate by -35
set yrange [0:*]
set ylabel "time for one I/O, zero-copy = 1"
set key outside top center horizontal
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead dashtype 2 linecolor "#555555"

do for [device = 1:words(devices)] {
	set title word(devices, device)
	plot data index device - 1 using 2:3:4:xtic(1) \
			title "again (control)" linecolor "#999999", \
		"" index device - 1 using 5:6:7 title "copy" linecolor "#c0392b", \
		"" index device - 1 using 8:9:10 title "ab" linecolor "#2980b9"
}
