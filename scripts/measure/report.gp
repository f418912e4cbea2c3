# SPDX-License-Identifier: GPL-2.0-only
#
# Draws the figures of report.html from the output of report.jq. A figure can have several panels,
# for example one for each device. The crossover of a panel is the size of a write above which
# mapping is faster than a copy. The verdict says this in words.
#
# USAGE
#	gnuplot -e "dir='out/bench'" scripts/measure/report.gp
#
#	Reads values.dat and a file NAME.dat for each figure in the folder dir. Writes NAME.svg for
#	each figure to the same folder.
#
# REQUIREMENTS
#	gnuplot-nox

load dir."/values.dat"
file(name) = dir."/".name.".dat"
# One page contains all figures, so the names of SVG elements have a prefix that differs for each
# figure
begin(name, height) = sprintf("set terminal svg noenhanced size 960,%d dynamic name '%s' " . \
	"background 'white' font 'sans-serif,13'; set output '%s/%s.svg'", height, name, dir, name)

mapped = "#2471a3"
registered = "#1e8449"
copied = "#c0392b"
grey = "#7f8c8d"
band = "#d5dbdb"

set border 3
set tics nomirror out
set grid linecolor "#dddddd"
set key top left reverse Left opaque
set format y "%.0s%c"
set style fill solid 0.9 noborder

# --- time and throughput as functions of the size of a write

# sets logarithmic axes, with block sizes on the x axis
set_sizes = "set logscale xy; set xrange [380:1500000]; set xlabel 'size of a write'; " . \
	"set xtics ('512' 512, '4k' 4096, '16k' 16384, '64k' 65536, '256k' 262144, '1m' 1048576)"
# draws the verdict of panel p as a label, and a line at the crossover if panel p has one
mark_crossover = "unset arrow; unset label; " . \
	"set label verdicts[p] at graph 0.98, graph 0.06 right textcolor rgb grey font ',11'; " . \
	"if (crossovers[p] > 0) { set arrow from first crossovers[p], graph 0 " . \
	"to first crossovers[p], graph 1 nohead dashtype 2 linecolor rgb grey }"

eval begin("times", 720)
set multiplot layout 2,2
eval set_sizes
set ylabel "ns for a write"
do for [p = 1:|titles|] {
	eval mark_crossover
	set title titles[p]
	plot file("times") index p - 1 \
		using 1:4 with linespoints linewidth 2 pointtype 7 linecolor rgb copied title "copy", \
		"" index p - 1 using 1:2 with linespoints linewidth 2 pointtype 7 \
			linecolor rgb mapped title "mapped", \
		"" index p - 1 using 1:3 with linespoints linewidth 2 pointtype 7 \
			linecolor rgb registered title "registered"
}
unset multiplot

eval begin("throughput", 380)
set multiplot layout 1,2
set ylabel "MB/s"
ram = 0
do for [p = 1:|titles|] {
	if (titles[p][1:3] eq "ram") {
		eval mark_crossover
		set title titles[p]
		plot file("throughput") index ram \
			using 1:4 with linespoints linewidth 2 pointtype 7 linecolor rgb copied title "copy", \
			"" index ram using 1:2 with linespoints linewidth 2 pointtype 7 \
				linecolor rgb mapped title "mapped", \
			"" index ram using 1:3 with linespoints linewidth 2 pointtype 7 \
				linecolor rgb registered title "registered"
		ram = ram + 1
	}
}
unset multiplot
unset arrow
unset label
unset logscale
unset title
set xtics auto
set xrange [*:*]

# --- instructions by function

eval begin("functions", 660)
set xlabel "instructions for a read of 4 KiB"
unset ylabel
set format y
set key outside top right horizontal
set yrange [-0.7:*]
set xrange [0:*]
plot file("functions") using ($2 / 2):($0 + 0.2):($2 / 2):(0.2):ytic(1) with boxxyerror \
		linecolor rgb grey title base, \
	"" using ($3 / 2):($0 - 0.2):($3 / 2):(0.2) with boxxyerror \
		linecolor rgb mapped title setup
set yrange [*:*]
set xrange [*:*]

# --- instructions against requests in flight

eval begin("inflight", 720)
set multiplot layout 2,2
set logscale xy
set format y "%.0s%c"
set key inside top left vertical
set xlabel "requests in flight"
set ylabel "instructions for a range"
set xtics (1, 4, 16, 64, 256, "1k" 1024, "4k" 4096, "16k" 16384)
set datafile missing "?"
do for [p = 1:|cases|] {
	set title cases[p]
	plot file("inflight") index p - 1 \
		using 1:4 with linespoints linewidth 2 pointtype 7 linecolor rgb copied title "list", \
		"" index p - 1 using 1:3 with linespoints linewidth 2 pointtype 7 \
			linecolor rgb registered title "tree", \
		"" index p - 1 using 1:2 with linespoints linewidth 2 pointtype 7 \
			linecolor rgb mapped title "slot"
}
unset multiplot
unset logscale
set xtics auto
set title
unset xlabel

# --- range locks on two CPUs

array engines[4] = ["off", "slot", "tree", "list"]
array colors[4] = [grey, mapped, registered, copied]
# the offset of engine e from the center of its load on the x axis
place(e) = (e - 2.5) * 0.2
# draws a band between 0.98 and 1.02
set_band = "set object 1 rectangle from graph 0, first 0.98 to graph 1, first 1.02 behind " . \
	"fillcolor rgb band fillstyle noborder"

eval begin("smp", 400)
set multiplot layout 1,2
set format y
set ylabel "ns for a write"
set yrange [0:*]
set xrange [-0.6:2.6]
set boxwidth 0.18
plot for [e = 1:4] file("smp") index e - 1 using ($0 + place(e)):2 with boxes \
		linecolor rgb colors[e] title engines[e], \
	"" index 0 using 0:(0):xtic(1) with points pointtype -1 notitle
set ylabel "times as long as without a range lock"
set yrange [0.9:*]
set logscale y
set ytics (1, 1.2, 1.5, 2, 3, 5, 10, 20, 50, 100)
eval set_band
plot for [e = 2:4] file("smp") index e - 1 using ($0 + place(e)):3:4:5 with yerrorbars \
		pointtype 7 linewidth 2 linecolor rgb colors[e] title engines[e], \
	"" index 0 using ($0 + place(1)):(sqrt($6 * $7)):6:7 with yerrorbars \
		pointtype 7 linewidth 2 linecolor rgb grey title "off again (control)", \
	"" index 0 using 0:(1):xtic(1) with points pointtype -1 notitle
unset multiplot
unset logscale
set ytics auto

# --- controls

eval begin("controls", 520)
set key outside top right horizontal
set bmargin 11
set ylabel "control, times as long as itself"
set xtics rotate by 60 right
set xrange [-0.8:*]
set offsets 0, 0.8, 0, 0
set yrange [*<0.97:1.03<*]
eval set_band
plot file("controls") using 0:(1):xtic(1) with points pointtype -1 notitle, \
	"" using 0:($4 == 0 ? sqrt($2 * $3) : NaN):2:3 with yerrorbars \
		pointtype 7 linewidth 2 linecolor rgb mapped title "within 2 %", \
	"" using 0:($4 == 1 ? sqrt($2 * $3) : NaN):2:3 with yerrorbars \
		pointtype 7 linewidth 2 linecolor rgb copied title "noisy"
