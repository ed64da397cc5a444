# SPDX-License-Identifier: MIT
# Draws what bench and bench --curves left in the current directory. `what` is "curves" or empty.
load "caption.gp"
set terminal svg size 900,480 font "sans-serif,13" background "white"
set label 1 caption at screen 0.01,0.02 left noenhanced font ",9" textcolor rgb "#666666"
set bmargin 6
set grid ytics lc rgb "#dddddd"
set border 3 lc rgb "#888888"
set tics nomirror
set key outside top right horizontal
set rmargin 5

line = "lc rgb '#1b7f5c' lw 2 pt 7 ps 0.7"
has(name) = int(system("test -s ".name." && echo 1 || echo 0"))

if (what ne "curves" && has("budgets.dat")) {
  set output "budgets.svg"
  set title "Share of the budget that is used (1 is the limit)"
  set style fill solid 0.8
  set boxwidth 0.6
  set yrange [0:*]
  set xtics rotate by -30
  plot "budgets.dat" using 0:2:xtic(1) with boxes lc rgb "#1b7f5c" notitle, \
       "" using 0:2:3:4 with yerrorbars lc rgb "#333333" pt 0 notitle, \
       1 with lines lc rgb "#c0392b" lw 2 title "limit"
}
if (what ne "curves" && has("peers.dat")) {
  set output "peers.svg"
  set title "How many times ahead of postgrest-js, same run and same answers"
  set style fill solid 0.8
  set boxwidth 0.6
  set yrange [0:*]
  set xtics rotate by 0
  plot "peers.dat" using 0:2:xtic(1) with boxes lc rgb "#1b7f5c" notitle, \
       "" using 0:3 with points pt 1 lc rgb "#c0392b" ps 2 lw 2 title "wanted"
}
if (what eq "curves") {
  set logscale x
  set format x "%.0f"
  set style line 1 lc rgb "#888888" lw 2 pt 7 ps 0.7
  set style line 2 lc rgb "#1b7f5c" lw 2 pt 7 ps 0.7
  set style line 3 lc rgb "#2c6fbb" lw 2 pt 7 ps 0.7
  names = "rows_time rows_memory in_flight stores threads"
  titles = "'CPU for each row (ns)' 'Peak memory of the process (MB)' 'CPU for each GET (µs)' 'CPU for each cached lookup (ns)' 'Cached lookups (million a second)'"
  axes = "'rows in the answer' 'rows in the answer' 'in flight on one thread' 'stores in the cache' 'threads'"
  do for [i = 1:words(names)] {
    file = "curve_".word(names, i).".dat"
    if (has(file)) {
      set output word(names, i).".svg"
      set title word(titles, i)
      set xlabel word(axes, i)
      if (word(names, i) eq "rows_memory") { set logscale y } else { unset logscale y; set yrange [0:*] }
      stats file using 1 nooutput
      plot for [k = 0:STATS_blocks-1] file index k using 1:2:3:4 with yerrorlines ls k+1 title columnheader(1)
    }
  }
}
